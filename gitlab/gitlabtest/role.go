package gitlabtest

// Role is an access level, by GitLab's own numbers. Zero is no access.
type Role int

// The roles of GitLab. Planner exists since 17.7; Minimal opens a top-level
// group and no project.
const (
	NoAccess   Role = 0
	Minimal    Role = 5
	Guest      Role = 10
	Planner    Role = 15
	Reporter   Role = 20
	Developer  Role = 30
	Maintainer Role = 40
	Owner      Role = 50
)

// Visibility of a group or project. The zero value is private, as a new
// project is in GitLab.
type Visibility uint8

// Internal is for everybody who is signed in, except external users.
const (
	Private Visibility = iota
	Internal
	Public
)

func (v Visibility) String() string {
	switch v {
	case Public:
		return "public"
	case Internal:
		return "internal"
	}
	return "private"
}

// Feature says who may use one part of a project: its issues, merge requests
// or repository. The zero value is everybody who can see the project.
type Feature uint8

// FeatureMembers is GitLab's "private": only project members.
const (
	FeatureEnabled Feature = iota
	FeatureMembers
	FeatureDisabled
)

func (f Feature) String() string {
	switch f {
	case FeatureDisabled:
		return "disabled"
	case FeatureMembers:
		return "private"
	}
	return "enabled"
}
