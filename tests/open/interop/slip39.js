/*
 * Shares between liudi and the slip39 package, both ways.
 * Usage: node slip39.js MODULES TOOL (slip39_tool of the build).
 */
"use strict";

const assert = require("assert");
const crypto = require("crypto");
const path = require("path");
const {spawnSync} = require("child_process");

const [modules, tool] = process.argv.slice(2).map((p) => path.resolve(p));
const Slip39 = require(path.join(modules, "slip39"));

/* What the tool prints, or its error thrown. */
function ours(args, input) {
	const run = spawnSync(tool, args, {input: input, encoding: "utf8"});
	if (run.status !== 0)
		throw new Error(run.stderr.trim() || "status " + run.status);
	return run.stdout.trim().split("\n");
}

function oursSplit(c) {
	return ours(["split", c.secret, c.pass, String(c.exponent),
	    String(c.extendable), String(c.threshold),
	    ...c.groups.map((g) => g.join("/"))]);
}

function oursJoin(shares, pass) {
	return ours(["join", pass], shares.join("\n") + "\n")[0];
}

function theirsSplit(c) {
	return Slip39.fromArray([...Buffer.from(c.secret, "hex")], {
		passphrase: c.pass,
		threshold: c.threshold,
		groups: c.groups,
		iterationExponent: c.exponent,
		extendableBackupFlag: c.extendable,
	}).fromPath("r").mnemonics;
}

function theirsJoin(shares, pass) {
	return Buffer.from(Slip39.recoverSecret(shares, pass)).toString("hex");
}

function shuffled(list) {
	return list.map((x) => [crypto.randomInt(1 << 30), x])
	    .sort((a, b) => a[0] - b[0]).map((x) => x[1]);
}

/* Just enough shares: random groups, random members of them. */
function some(c, shares) {
	let at = 0;
	const groups = c.groups.map(([t, n]) =>
	    shuffled(shares.slice(at, at += n)).slice(0, t));
	return shuffled(shuffled(groups).slice(0, c.threshold).flat());
}

const shapes = [
	[1, [[1, 1]]], [1, [[2, 3]]], [1, [[3, 5]]], [1, [[16, 16]]],
	[1, [[7, 13]]], [2, [[1, 1], [2, 3], [3, 5]]],
	[2, [[2, 2], [1, 1]]], [4, [[2, 3], [3, 4], [1, 1], [2, 16]]],
];
let cases = 0;

for (const [threshold, groups] of shapes) {
	for (const extendable of [1, 0]) {
		const len = [16, 32, 16 + 2 * crypto.randomInt(9)][cases % 3];
		const c = {
			secret: crypto.randomBytes(len).toString("hex"),
			pass: ["", "TREZOR", "a b~!\"'\\"][cases % 3],
			exponent: cases % 4 === 3 ? 2 : cases % 2,
			extendable, threshold, groups,
		};
		for (const [split, join] of [[oursSplit, theirsJoin],
		    [theirsSplit, oursJoin]]) {
			const shares = split(c);
			const label = JSON.stringify([c, shares]);
			const few = some(c, shares);
			assert.strictEqual(shares.length,
			    groups.reduce((sum, g) => sum + g[1], 0), label);
			assert.strictEqual(join(few, c.pass), c.secret, label);
			assert.notStrictEqual(join(few, c.pass + "x"),
			    c.secret, label);
			if (few.length > 1)
				assert.throws(() => join(few.slice(1), c.pass),
				    label);
			few[0] = few[0].replace(/^\w+/, (w) =>
			    w === "zero" ? "acid" : "zero");
			assert.throws(() => join(few, c.pass), label);
		}
		cases++;
	}
}
console.log(cases + " splittings each way, extendable and not");
