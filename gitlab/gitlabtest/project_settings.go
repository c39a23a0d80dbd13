package gitlabtest

// setting is a key of the full project entity that is the same in every
// project of this GitLab.
type setting struct {
	key, value string
	since      since
	until      since // the release that dropped it
	enterprise bool
	maintainer bool // shown to those who administer the project
}

// settings are the constant keys, rendered once for the release that is
// played. They make up half of a full entity.
type settings struct{ forEveryone, forMaintainers []byte }

func settingsOf(r release, list []setting) settings {
	var everyone, maintainers entity
	for _, s := range list {
		gone := s.until != (since{}) && r.since(s.until.major, s.until.minor)
		if gone || !r.since(s.since.major, s.since.minor) || s.enterprise && !r.enterprise {
			continue
		}
		if s.maintainer {
			maintainers.raw(s.key, s.value)
		} else {
			everyone.raw(s.key, s.value)
		}
	}
	return settings{everyone.buf, maintainers.buf}
}

// projectSettings names the release that brought a key where that is known;
// where it is not, the first release in whose schemas or source it was seen.
var projectSettings = []setting{
	{key: "packages_enabled", value: "true"},
	{key: "resolve_outdated_diff_discussions", value: "false"},
	{key: "service_desk_enabled", value: "true"},
	{key: "wiki_access_level", value: `"enabled"`},
	{key: "snippets_access_level", value: `"enabled"`},
	{key: "pages_access_level", value: `"private"`},
	{key: "analytics_access_level", value: `"enabled"`, since: since{13, 6}},
	{key: "operations_access_level", value: `"enabled"`, since: since{13, 3}, until: since{16, 0}},
	{key: "container_registry_access_level", value: `"enabled"`, since: since{14, 1}},
	{key: "security_and_compliance_access_level", value: `"private"`, since: since{14, 8}},
	{key: "releases_access_level", value: `"enabled"`, since: since{15, 4}},
	{key: "environments_access_level", value: `"enabled"`, since: since{15, 4}},
	{key: "feature_flags_access_level", value: `"enabled"`, since: since{15, 4}},
	{key: "infrastructure_access_level", value: `"enabled"`, since: since{15, 4}},
	{key: "monitor_access_level", value: `"enabled"`, since: since{15, 4}},
	{key: "model_experiments_access_level", value: `"enabled"`, since: since{16, 2}},
	{key: "model_registry_access_level", value: `"enabled"`, since: since{16, 7}},
	{key: "package_registry_access_level", value: `"enabled"`, since: since{18, 5}},
	{key: "emails_disabled", value: "false"},
	{key: "emails_enabled", value: "true", since: since{16, 5}},
	{key: "show_diff_preview_in_email", value: "true", since: since{17, 10}},
	{key: "shared_runners_enabled", value: "true"},
	{key: "lfs_enabled", value: "true"},
	{key: "public_jobs", value: "true"},
	{key: "only_allow_merge_if_pipeline_succeeds", value: "false"},
	{key: "allow_merge_on_skipped_pipeline", value: "null", since: since{13, 4}},
	{key: "request_access_enabled", value: "true"},
	{key: "only_allow_merge_if_all_discussions_are_resolved", value: "false"},
	{key: "remove_source_branch_after_merge", value: "true"},
	{key: "printing_merge_request_link_enabled", value: "true"},
	{key: "merge_method", value: `"merge"`},
	{key: "merge_request_title_regex", value: "null", since: since{18, 5}},
	{key: "merge_request_title_regex_description", value: "null", since: since{18, 5}},
	{key: "squash_option", value: `"default_off"`, since: since{13, 7}},
	{key: "enforce_auth_checks_on_uploads", value: "true", since: since{15, 5}},
	{key: "suggestion_commit_message", value: "null"},
	{key: "merge_commit_template", value: "null", since: since{14, 5}},
	{key: "squash_commit_template", value: "null", since: since{14, 6}},
	{key: "issue_branch_template", value: "null", since: since{15, 6}},
	{key: "warn_about_potentially_unwanted_characters", value: "true", since: since{16, 10}},
	{key: "autoclose_referenced_issues", value: "true"},
	{key: "max_artifacts_size", value: "null", since: since{18, 0}},
	{key: "approvals_before_merge", value: "0", enterprise: true},
	{key: "external_authorization_classification_label", value: `""`, enterprise: true},
	{key: "requirements_enabled", value: "false", since: since{13, 1}, enterprise: true},
	{key: "requirements_access_level", value: `"enabled"`, since: since{14, 0}, enterprise: true},
	{key: "security_and_compliance_enabled", value: "true", since: since{14, 0}, enterprise: true},
	{key: "secret_push_protection_enabled", value: "false", since: since{17, 3}, enterprise: true},
	{key: "compliance_frameworks", value: "[]", enterprise: true},
	{key: "issues_template", value: "null", since: since{14, 0}, enterprise: true},
	{key: "merge_requests_template", value: "null", since: since{14, 0}, enterprise: true},
	{key: "merge_pipelines_enabled", value: "false", since: since{14, 0}, enterprise: true},
	{key: "merge_trains_enabled", value: "false", since: since{14, 0}, enterprise: true},
	{key: "merge_trains_skip_train_allowed", value: "false", since: since{16, 10}, enterprise: true},
	{key: "only_allow_merge_if_all_status_checks_passed", value: "false", since: since{15, 5}, enterprise: true},
	{key: "allow_pipeline_trigger_approve_deployment", value: "false", since: since{16, 0}, enterprise: true},
	{key: "prevent_merge_without_jira_issue", value: "false", since: since{16, 0}, enterprise: true},
	{key: "auto_duo_code_review_enabled", value: "null", since: since{17, 10}, enterprise: true},
	{key: "duo_remote_flows_enabled", value: "true", since: since{18, 4}, enterprise: true},
	{key: "web_based_commit_signing_enabled", value: "false", since: since{18, 3}, enterprise: true},
	{key: "spp_repository_pipeline_access", value: "false", since: since{18, 2}, enterprise: true},

	{key: "ci_default_git_depth", value: "20", maintainer: true},
	{key: "ci_delete_pipelines_in_seconds", value: "null", since: since{17, 9}, maintainer: true},
	{key: "ci_forward_deployment_enabled", value: "true", since: since{13, 0}, maintainer: true},
	{key: "ci_forward_deployment_rollback_allowed", value: "true", since: since{16, 3}, maintainer: true},
	{key: "ci_job_token_scope_enabled", value: "false", since: since{14, 1}, maintainer: true},
	{key: "ci_separated_caches", value: "true", since: since{15, 0}, maintainer: true},
	{key: "ci_allow_fork_pipelines_to_run_in_parent_project", value: "true", since: since{15, 3}, maintainer: true},
	{key: "ci_id_token_sub_claim_components", value: `["project_path","ref_type","ref"]`, since: since{17, 10}, maintainer: true},
	{key: "build_git_strategy", value: `"fetch"`, maintainer: true},
	{key: "keep_latest_artifact", value: "true", since: since{13, 9}, maintainer: true},
	{key: "restrict_user_defined_variables", value: "true", since: since{13, 6}, maintainer: true},
	{key: "ci_pipeline_variables_minimum_override_role", value: `"developer"`, since: since{17, 1}, maintainer: true},
	{key: "ci_restrict_pipeline_cancellation_role", value: `"developer"`, since: since{16, 8}, enterprise: true, maintainer: true},
	{key: "runners_token", value: "null", maintainer: true},
	{key: "runner_token_expiration_interval", value: "null", since: since{14, 7}, maintainer: true},
	{key: "group_runners_enabled", value: "true", since: since{15, 6}, maintainer: true},
	{key: "resource_group_default_process_mode", value: `"unordered"`, since: since{18, 0}, maintainer: true},
	{key: "auto_cancel_pending_pipelines", value: `"enabled"`, maintainer: true},
	{key: "build_timeout", value: "3600", maintainer: true},
	{key: "auto_devops_enabled", value: "false", maintainer: true},
	{key: "auto_devops_deploy_strategy", value: `"continuous"`, maintainer: true},
	{key: "ci_push_repository_for_job_token_allowed", value: "false", since: since{17, 2}, maintainer: true},
}
