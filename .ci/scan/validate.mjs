// Validates what matrix.py made of a set of parameters with CloudFormation's own rules and
// schemas, and fails at what is a warning or worse. Argument: the set's file.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

// The package is in a cache outside of the checkout, where NODE_PATH points.
const { RegoEngine, TemplateFile } = createRequire(import.meta.url)("@aws/cloudformation-validate");

const [file] = process.argv.slice(2);
const { template } = JSON.parse(readFileSync(file, "utf8"));
writeFileSync(`${file}.template.json`, JSON.stringify(template));
const report = new RegoEngine().validateStandard(new TemplateFile(`${file}.template.json`), {
	severityLevel: "WARN",
	exclude: {
		ids: [
			"W3011", // SAM makes the versions of functions, and retains them
			"W9003", // a parameter's value is text, which CloudFormation converts
			"W9013", // the ARNs are parameters' values
		],
	},
});
for (const d of report.diagnostics) {
	console.log(`${d.severity} ${d.ruleId} ${d.entity?.logicalId ?? ""} ${d.propertyPath ?? ""}: ${d.message}`);
}
if (report.diagnostics.length > 0) process.exit(1);
