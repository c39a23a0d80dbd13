package weather

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// isList is true for a page of a list.
func (reply *Reply) isList() bool {
	return reply.Status == http.StatusOK && bytes.HasPrefix(bytes.TrimSpace(reply.Body), []byte("["))
}

// eachRow has change do to every object, be it a row of a list or alone, what it
// likes. What is no object stays.
func eachRow(change func(row map[string]any)) Front {
	return Alter(func(_ *http.Request, reply *Reply) {
		if reply.Status != http.StatusOK {
			return
		}
		reply.edit(func(value any) any {
			switch value := value.(type) {
			case map[string]any:
				change(value)
			case []any:
				for _, row := range value {
					if row, ok := row.(map[string]any); ok {
						change(row)
					}
				}
			}
			return value
		})
	})
}

// edit changes a body of JSON; any other stays as it is.
func (reply *Reply) edit(change func(any) any) {
	decoder := json.NewDecoder(bytes.NewReader(reply.Body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return
	}
	if text, err := json.Marshal(change(value)); err == nil {
		reply.Body = text
	}
}

// eachList has change make another list of each.
func eachList(change func([]any) any) Front {
	return Alter(func(_ *http.Request, reply *Reply) {
		if reply.isList() {
			reply.edit(func(value any) any { return change(value.([]any)) })
		}
	})
}

// DuplicateIDs repeats the first row of every page at its end.
func DuplicateIDs() Front {
	return eachList(func(rows []any) any {
		if len(rows) > 0 {
			rows = append(rows, rows[0])
		}
		return rows
	})
}

// NullLists answers null in place of every list.
func NullLists() Front { return eachList(func([]any) any { return nil }) }

// EmptyLists answers every list as empty, with the headers of the full one.
func EmptyLists() Front { return eachList(func([]any) any { return []any{} }) }

// NullRows has null in place of every row of a list.
func NullRows() Front {
	return eachList(func(rows []any) any { return make([]any, len(rows)) })
}

// ObjectsForLists wraps every list into an object, {"data": [...]}, as gateways
// that unify their answers do.
func ObjectsForLists() Front {
	return eachList(func(rows []any) any { return map[string]any{"data": rows} })
}

// NegativeIDs puts a minus before the id of every row.
func NegativeIDs() Front {
	return eachRow(func(row map[string]any) {
		if id, ok := row["id"].(json.Number); ok {
			row["id"] = json.Number("-" + id.String())
		}
	})
}

// HugeIDs gives every row an id that no 64 bits hold.
func HugeIDs() Front {
	return eachRow(func(row map[string]any) {
		if id, ok := row["id"].(json.Number); ok {
			row["id"] = json.Number("9000000000000000000" + id.String())
		}
	})
}

// NullFields has null in every field except id.
func NullFields() Front {
	return eachRow(func(row map[string]any) {
		for name := range row {
			if name != "id" {
				row[name] = nil
			}
		}
	})
}

// WrongTypes makes texts of numbers, numbers of texts, texts of yes and no,
// lists of objects and objects of lists, in every field of a row.
func WrongTypes() Front {
	return eachRow(func(row map[string]any) {
		for name, value := range row {
			switch value := value.(type) {
			case json.Number:
				row[name] = value.String()
			case string:
				row[name] = len(value)
			case bool:
				row[name] = "yes"
			case map[string]any:
				row[name] = []any{}
			case []any:
				row[name] = map[string]any{}
			}
		}
	})
}

// HalfJSON sends only half of every body of JSON with status 200. As HTTP the
// answer is whole: a cache that was full.
func HalfJSON() Front {
	return Alter(func(_ *http.Request, reply *Reply) {
		if reply.Status == http.StatusOK && json.Valid(reply.Body) {
			reply.Body = reply.Body[:len(reply.Body)/2]
		}
	})
}
