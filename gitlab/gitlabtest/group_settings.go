package gitlabtest

// groupSettings are the keys of a group that are the same in every group. Up to
// 12.4 there are few; which of the next releases brought each of the others is
// known for some, for the rest the first that was seen to have it counts.
var groupSettings = []setting{
	{key: "share_with_group_lock", value: "false", since: since{12, 5}},
	{key: "require_two_factor_authentication", value: "false", since: since{12, 5}},
	{key: "two_factor_grace_period", value: "48", since: since{12, 5}},
	{key: "project_creation_level", value: `"developer"`, since: since{12, 5}},
	{key: "auto_devops_enabled", value: "null", since: since{12, 5}},
	{key: "subgroup_creation_level", value: `"maintainer"`, since: since{12, 5}},
	{key: "emails_disabled", value: "false", since: since{12, 5}},
	{key: "emails_enabled", value: "true", since: since{16, 5}},
	{key: "show_diff_preview_in_email", value: "true", since: since{17, 10}},
	{key: "mentions_disabled", value: "null", since: since{12, 6}},
	{key: "lfs_enabled", value: "true"},
	{key: "archived", value: "false", since: since{18, 2}},
	{key: "math_rendering_limits_enabled", value: "true", since: since{16, 9}},
	{key: "lock_math_rendering_limits_enabled", value: "false", since: since{16, 9}},
	{key: "default_branch", value: "null", since: since{16, 11}},
	{key: "default_branch_protection", value: "2", since: since{12, 10}},
	{key: "default_branch_protection_defaults", since: since{16, 4}, value: `{"allowed_to_push":[{"access_level":40}],` +
		`"allow_force_push":false,"allowed_to_merge":[{"access_level":40}]}`},
	{key: "request_access_enabled", value: "true"},
	{key: "organization_id", value: "1", since: since{17, 2}},
	{key: "shared_runners_setting", value: `"enabled"`, since: since{15, 0}},
	{key: "max_artifacts_size", value: "null", since: since{18, 0}},
	{key: "ldap_cn", value: "null", enterprise: true},
	{key: "ldap_access", value: "null", enterprise: true},
	{key: "wiki_access_level", value: `"enabled"`, since: since{16, 0}, enterprise: true},
	{key: "file_template_project_id", value: "null", since: since{11, 5}, enterprise: true},
	{key: "duo_core_features_enabled", value: "null", since: since{18, 2}, enterprise: true},
	{key: "duo_features_enabled", value: "true", since: since{16, 10}, enterprise: true},
	{key: "lock_duo_features_enabled", value: "false", since: since{16, 10}, enterprise: true},
	{key: "auto_duo_code_review_enabled", value: "null", since: since{18, 0}, enterprise: true},
	{key: "web_based_commit_signing_enabled", value: "false", since: since{18, 3}, enterprise: true},
	{key: "allow_personal_snippets", value: "true", since: since{18, 5}, enterprise: true},
}
