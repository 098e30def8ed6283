// tests/flow/bitwarden.mjs FOLDER - as much of a Bitwarden server as its own client
// wants to log in, sync and export: one account, li@acme.example, "master password",
// with the logins of FOLDER/items.json.  TLS by FOLDER/key.pem and cert.pem; the
// port goes into FOLDER/port.
import crypto from "node:crypto";
import fs from "node:fs";
import https from "node:https";

const dir = process.argv[2];
const email = "li@acme.example", iterations = 600000;
const when = "2026-01-01T00:00:00.000Z";
const id = crypto.randomUUID();

// --- Keys: the password's stretched one wraps the account's, which wraps all else.

const master = crypto.pbkdf2Sync("master password", email, iterations, 32,
    "sha256");
const part = name => crypto.createHmac("sha256", master)
    .update(name + "\x01").digest();
function wrap(data, keys) {
	const iv = crypto.randomBytes(16);
	const cipher = crypto.createCipheriv("aes-256-cbc",
	    keys.subarray(0, 32), iv);
	const text = Buffer.concat([cipher.update(data), cipher.final()]);
	const mac = crypto.createHmac("sha256", keys.subarray(32)).update(iv)
	    .update(text).digest();
	return "2." + [iv, text, mac].map(b => b.toString("base64")).join("|");
}
const account = crypto.randomBytes(64);
const key = wrap(account, Buffer.concat([part("enc"), part("mac")]));
const pair = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKey = wrap(pair.privateKey.export({ type: "pkcs8",
	format: "der" }), account);
const accountKeys = {
	publicKeyEncryptionKeyPair: {
		wrappedPrivateKey: privateKey, signedPublicKey: null,
		publicKey: pair.publicKey.export({ type: "spki",
			format: "der" }).toString("base64")
	}, signatureKeyPair: null, securityState: null
};

// --- What there is.

const seal = s => s == null ? null : wrap(Buffer.from(s), account);
const cipher = i => ({
	id: crypto.randomUUID(), organizationId: null, folderId: null, type: 1,
	name: seal(i.name), notes: seal(i.notes), favorite: false, reprompt: 0,
	edit: true, viewPassword: true, key: null, attachments: null,
	collectionIds: [], creationDate: when, revisionDate: when,
	deletedDate: null, archivedDate: null,
	permissions: { delete: true, restore: true },
	fields: (i.fields ?? []).map(([name, value]) => ({ type: 0,
		name: seal(name), value: seal(value), linkedId: null })),
	passwordHistory: (i.old ?? []).map(password => ({
		password: seal(password), lastUsedDate: when })),
	login: {
		uris: i.uris.map(uri => ({ uri: seal(uri), match: null,
			uriChecksum: seal(crypto.createHash("sha256")
				.update(uri).digest("base64")) })),
		username: seal(i.user), password: seal(i.password),
		totp: seal(i.totp), passwordRevisionDate: null,
		fido2Credentials: null
	}
});
const ciphers = JSON.parse(fs.readFileSync(dir + "/items.json")).map(cipher);

// --- What is asked.

const part64 = o => Buffer.from(JSON.stringify(o)).toString("base64url");
const token = [{ alg: "none" }, { sub: id, email, email_verified: true,
	name: "Li", premium: false, nbf: 1, exp: 4000000000, client_id: "cli",
	amr: ["Application"], scope: ["api", "offline_access"], sstamp: "s",
	device: "d" }].map(part64).join(".") + ".x";
const kdf = { KdfType: 0, Iterations: iterations };
const answers = [
	["prelogin", () => ({ kdf: 0, kdfIterations: iterations,
		kdfSettings: { kdfType: 0, iterations }, salt: email })],
	["/connect/token", () => ({ access_token: token, expires_in: 3600,
		token_type: "Bearer", refresh_token: "r", Key: key,
		PrivateKey: privateKey, AccountKeys: accountKeys, Kdf: 0,
		KdfIterations: iterations, scope: "api offline_access",
		UserDecryptionOptions: { HasMasterPassword: true,
			MasterPasswordUnlock: { Kdf: kdf, Salt: email,
				MasterKeyEncryptedUserKey: key } } })],
	["/sync", () => ({ profile: { id, name: "Li", email,
		emailVerified: true, key, privateKey, accountKeys,
		securityStamp: "s", creationDate: when, organizations: [],
		providers: [], providerOrganizations: [] }, folders: [],
		collections: [], ciphers, policies: [], sends: [],
		domains: { equivalentDomains: [],
			globalEquivalentDomains: [] },
		userDecryption: { masterPasswordUnlock: {
			kdf: { kdfType: 0, iterations }, salt: email,
			masterKeyEncryptedUserKey: key } } })],
	["/config", () => ({ version: "2026.1.0", gitHash: "x",
		environment: {}, featureStates: {} })],
	["revision-date", () => Date.parse(when)]
];

const server = https.createServer({
	key: fs.readFileSync(dir + "/key.pem"),
	cert: fs.readFileSync(dir + "/cert.pem")
}, (question, answer) => {
	const found = answers.find(([path]) => question.url.includes(path));

	question.resume();
	question.on("end", () => {
		answer.writeHead(found ? 200 : 404,
		    { "content-type": "application/json" });
		answer.end(JSON.stringify(found ? found[1]() : {}));
	});
});
server.listen(0, "127.0.0.1", () =>
	fs.writeFileSync(dir + "/port", String(server.address().port)));
