package main

import (
	"bufio"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const columnGap = 2

// writeTable writes rows of columns that stand below each other. What ends a row
// is as wide as it is: a row of one cell is a line between the others.
func writeTable(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	out := bufio.NewWriter(w)
	for _, row := range rows {
		for i, cell := range row {
			if i < len(row)-1 {
				cell = pad(cell, widths[i]+columnGap)
			}
			out.WriteString(cell)
		}
		out.WriteString("\n")
	}
	return out.Flush()
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-ansi.StringWidth(text), 0))
}
