// Validates a template with CloudFormation's own rules and schemas, and fails at what
// is a warning or worse. Arguments: the template, then parameters as Name=value.
import { createRequire } from "node:module";

// The package is in a cache outside of the checkout, where NODE_PATH points.
const { RegoEngine, TemplateFile } = createRequire(import.meta.url)("@aws/cloudformation-validate");

const [file, ...parameters] = process.argv.slice(2);
const report = new RegoEngine().validateStandard(new TemplateFile(file), {
	parameterOverrides: Object.fromEntries(parameters.map((p) => p.split(/=(.*)/s).slice(0, 2))),
	severityLevel: "WARN",
	exclude: {
		ids: [
			"E3639", // it reads past the condition that ProvisionedThroughput stands under
			"W3011", // SAM makes the versions of functions, and retains them
			"W2001", // SAM has replaced what refers to GradualDeployment
		],
	},
});
for (const d of report.diagnostics) {
	console.log(`${d.severity} ${d.ruleId} ${d.entity?.logicalId ?? ""} ${d.propertyPath ?? ""}: ${d.message}`);
}
if (report.diagnostics.length > 0) process.exit(1);
