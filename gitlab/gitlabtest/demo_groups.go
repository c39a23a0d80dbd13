package gitlabtest

import "strings"

// demoGroup is one row of the demo company: a group, the projects that have a
// name of their own, and how many more are made of stems and suffixes.
type demoGroup struct {
	path, name  string
	description string
	visibility  Visibility
	topics      []string
	repos       string
	made        int
	stems       string
	suffixes    string
}

// madePath goes through all stems with the first suffix, then with the next.
func (g demoGroup) madePath(i int) string {
	stems, suffixes := strings.Fields(g.stems), strings.Fields(g.suffixes)
	return stems[i%len(stems)] + "-" + suffixes[i/len(stems)]
}

// demoGroups come in this order: a parent before what is below it.
var demoGroups = []demoGroup{
	{path: "acme", name: "Acme", description: "Everything that Acme builds"},
	{path: "acme/platform", name: "Platform", topics: []string{"platform", "go", "tier-1"},
		repos: "search notifications rate-limiter feature-flags audit-log scheduler identity config-service legacy-sms " +
			"message-bus blob-store tenant-directory email-gateway",
		made: 12, stems: "account usage quota webhook", suffixes: "service worker admin"},
	{path: "acme/platform/libs", name: "Libraries", topics: []string{"library"},
		repos: "retry backoff tracing logging-conventions legacy-rpc openapi-specs",
		made:  8, stems: "http queue cache crypto", suffixes: "kit testing"},
	{path: "acme/platform/libs/go", name: "Go", topics: []string{"library", "go"},
		made: 18, stems: "auth events grpc metrics paging sql", suffixes: "go middleware client"},
	{path: "acme/platform/libs/js", name: "JavaScript", topics: []string{"library", "typescript"},
		repos: "legacy-widgets", made: 14, stems: "forms charts i18n router state tables tokens", suffixes: "js react"},
	{path: "acme/platform/libs/rust", name: "Rust", topics: []string{"library", "rust"},
		made: 6, stems: "parser codec arena", suffixes: "rs sys"},
	{path: "acme/platform/tools", name: "Tools", topics: []string{"tooling"},
		repos: "release-bot changelog legacy-deploy-scripts dev-env", made: 8, stems: "lint migrate seed bench", suffixes: "cli action"},
	{path: "acme/mobile", name: "Mobile", topics: []string{"mobile"}, repos: "app-store-assets legacy-cordova mobile-ci push-certificates"},
	{path: "acme/mobile/android", name: "Android", topics: []string{"mobile", "kotlin"},
		made: 20, stems: "checkout profile catalog onboarding wallet", suffixes: "android ui testing samples"},
	{path: "acme/mobile/ios", name: "iOS", topics: []string{"mobile", "swift"},
		repos: "legacy-objc", made: 20, stems: "checkout profile catalog onboarding wallet", suffixes: "ios ui testing samples"},
	{path: "acme/mobile/shared", name: "Shared", topics: []string{"mobile"},
		made: 6, stems: "analytics deeplinks experiments", suffixes: "core spec"},
	{path: "acme/data", name: "Data", topics: []string{"data"}, repos: "warehouse legacy-etl catalog otchety dashboards", made: 6,
		stems: "sales churn inventory", suffixes: "marts quality"},
	{path: "acme/data/pipelines", name: "Pipelines", topics: []string{"data", "airflow"},
		repos: "legacy-cron", made: 28, stems: "orders payments clicks stock returns prices suppliers", suffixes: "ingest transform export backfill"},
	{path: "acme/data/models", name: "モデル", topics: []string{"data", "ml"},
		made: 12, stems: "forecast ranking fraud pricing", suffixes: "model features eval"},
	{path: "acme/data/models/experiments", name: "Experiments", topics: []string{"experiment"},
		made: 12, stems: "embeddings llm vision tabular", suffixes: "trial notebook 2024"},
	{path: "acme/web", name: "Web", topics: []string{"web"}, repos: "www legacy-portal cdn-rules sitemap strassenkarte facturacion"},
	{path: "acme/web/shop", name: "Shop", topics: []string{"web", "typescript"},
		repos: "kessai legacy-basket", made: 30, stems: "cart search product account reviews gift", suffixes: "frontend backend e2e styles mocks"},
	{path: "acme/web/design-system", name: "Design System", topics: []string{"web", "design"},
		made: 8, stems: "icons tokens components docs", suffixes: "core figma"},
	{path: "acme/web/sites", name: "Sites", visibility: Internal, topics: []string{"web"}, repos: "careers press status blog"},
	{path: "acme/web/sites/campaigns", name: "Campaigns", visibility: Internal, topics: []string{"web", "campaign"},
		made: 16, stems: "summer winter spring black-friday", suffixes: "2022 2023 2024 2025"},
	{path: "acme/sandbox", name: "Sandbox", topics: []string{"experiment"},
		repos: "tmp-alpha tmp-bench tmp-cache tmp-demo-2024 tmp-eu-failover tmp-grpc tmp-k8s tmp-llm tmp-otel tmp-proxy hello-world",
		made:  15, stems: "ana lzak sakura nsharma tuomas", suffixes: "playground spike notes"},
	{path: "acme/sandbox/hackdays", name: "Hackdays", topics: []string{"experiment"},
		made: 18, stems: "team-red team-blue team-green", suffixes: "2020 2021 2022 2023 2024 2025"},
	{path: "acme/payments", name: "Payments", topics: []string{"payments", "pci"}, repos: "checkout-api refunds legacy-terminal risk-rules"},
	{path: "acme/payments/gateways", name: "Gateways", topics: []string{"payments"},
		made: 15, stems: "cards sepa wallets invoices vouchers", suffixes: "adapter simulator contract"},
	{path: "acme/payments/ledger", name: "Ledger", topics: []string{"payments"},
		made: 9, stems: "journal balance closing", suffixes: "service api reports"},
	{path: "acme/infra", name: "Infrastructure", topics: []string{"infra"}, repos: "runbooks dns legacy-puppet alerts cost-reports"},
	{path: "acme/infra/terraform", name: "Terraform", topics: []string{"infra", "terraform"},
		made: 18, stems: "network cluster database storage iam edge", suffixes: "module live policy"},
	{path: "acme/infra/images", name: "Images", topics: []string{"infra"}, made: 9, stems: "base builder runtime", suffixes: "debian alpine distroless"},
	{path: "acme/bots", name: "Bots", description: "Accounts of programs", repos: "flow-settings renovate-config"},
	{path: "acme/security", name: "Security", topics: []string{"security"}, repos: "incident-notes key-ceremony threat-models"},
	{path: "acme/security/audits", name: "Audits", made: 8, stems: "2022 2023 2024 2025", suffixes: "pentest iso27001"},
	{path: "acme/people", name: "People", repos: "org-chart salary-bands onboarding"},
	{path: "contractors", name: "Contractors"},
	{path: "contractors/northwind", name: "Northwind", repos: "kiosk", made: 12, stems: "kiosk printer scanner", suffixes: "firmware app tests docs"},
	{path: "contractors/tailspin", name: "Tailspin", made: 8, stems: "route fleet", suffixes: "planner api ui docs"},
	{path: "contractors/initech", name: "Initech", made: 6, stems: "tps reports", suffixes: "forms print legacy"},
	{path: "oss", name: "Open Source", visibility: Public, description: "What Acme gives away", topics: []string{"open-source"}, repos: "gateway website handbook"},
	{path: "oss/connectors", name: "Connectors", visibility: Public, topics: []string{"open-source", "go"},
		made: 12, stems: "kafka s3 postgres mqtt", suffixes: "source sink examples"},
	{path: "labs", name: "Labs", visibility: Internal, repos: "ideas", made: 8, stems: "robot sensor", suffixes: "sim notes cad ui"},
}

// foreignNames: display names are in any script; paths are ASCII.
var foreignNames = map[string]string{
	"otchety":       "Отчёты",
	"kessai":        "決済サービス",
	"strassenkarte": "Straßenkarte",
	"facturacion":   "Facturación",
	"careers":       "Karriär & Jobb",
	"kiosk":         "키오스크",
	"warehouse":     "مستودع البيانات",
	"handbook":      "Handbook 📖",
}

var acronyms = map[string]string{
	"api": "API", "ui": "UI", "cli": "CLI", "dns": "DNS", "sql": "SQL", "ios": "iOS", "i18n": "i18n", "etl": "ETL",
	"llm": "LLM", "iam": "IAM", "sms": "SMS", "rpc": "RPC", "www": "WWW", "http": "HTTP", "cdn": "CDN", "tps": "TPS",
}
