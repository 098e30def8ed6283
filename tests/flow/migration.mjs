// tests/flow/migration.mjs MODULES URI... - the code that an authenticator's export
// would show, made by otpauth-migration of npm.  That is written for bundlers: names
// have no suffix, and protobufjs is no module.
import { register } from "node:module";

register("data:text/javascript," + encodeURIComponent(`
export async function resolve(name, context, next) {
	let found, why;
	for (const end of ["", ".js", "/index.js"])
		try { found ??= await next(name + end, context); }
		catch (e) { why = e; }
	if (!found)
		throw why;
	return name !== "protobufjs/minimal" ? found : { format: "module",
		url: found.url + "?whole", shortCircuit: true };
}
export async function load(url, context, next) {
	if (!url.endsWith("?whole"))
		return next(url, context);
	return { format: "module", shortCircuit: true, source:
		'import { createRequire } from "node:module";' +
		'export const { Reader, Writer, util, roots } = ' +
		'createRequire("' + url.slice(0, -6) + '")("./minimal.js");' };
}`));
const { URI } = await import(process.argv[2] +
    "/otpauth-migration/lib/index.js");
console.log(URI.toOTPAuthMigrationURI(process.argv.slice(3)));
