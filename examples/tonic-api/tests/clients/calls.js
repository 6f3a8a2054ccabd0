// Calls the tonic-api example with grpc-js, the gRPC of Node.js.
//
//     READER_SECRET=.. WRITER_SECRET=.. AUDITOR_SECRET=.. node calls.js 127.0.0.1:50051
//
// It takes the same for granted as calls.py.
"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const path = require("node:path");

const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const TIMEOUT = 30_000;
const { status } = grpc;

const address = process.argv[2];
const definition = loader.loadSync("ledger/v1/ledger.proto", {
  includeDirs: [process.env.PROTO ?? path.join(__dirname, "../../proto")],
  defaults: true,
  keepCase: true,
  longs: Number,
});
const { Ledger } = grpc.loadPackageDefinition(definition).ledger.v1;
const ledger = new Ledger(address, grpc.credentials.createInsecure());

function token(client) {
  const secret = process.env[`${client.toUpperCase()}_SECRET`];
  const basic = Buffer.from(`${client}:${secret}`).toString("base64");
  const [hostname, port] = address.split(":");
  const options = {
    hostname,
    port,
    path: "/token",
    method: "POST",
    headers: {
      authorization: `Basic ${basic}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    timeout: TIMEOUT,
  };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve(JSON.parse(text).access_token));
    });
    request.on("error", reject);
    request.end("grant_type=client_credentials");
  });
}

const deadline = () => ({ deadline: Date.now() + TIMEOUT });
const entry = (cents) => ({ account: "rent", cents });

// Each kind of call, ended by an answer or by an error that has both kinds of metadata.
const unary = (method, message) => (metadata) =>
  new Promise((resolve) => {
    let initial;
    const call = ledger[method](message, metadata, deadline(), (error, answer) =>
      resolve({ error, answer, initial }),
    );
    call.on("metadata", (sent) => (initial = sent));
  });
const streaming = (method, messages) => (metadata) =>
  new Promise((resolve) => {
    let initial;
    const answers = [];
    const call = Array.isArray(messages)
      ? ledger[method](metadata, deadline())
      : ledger[method](messages, metadata, deadline());
    call.on("metadata", (sent) => (initial = sent));
    call.on("data", (answer) => answers.push(answer));
    call.on("error", (error) => resolve({ error, initial }));
    call.on("end", () => resolve({ answer: answers, initial }));
    if (Array.isArray(messages)) {
      messages.forEach((message) => call.write(message));
      call.end();
    }
  });
const uploading = (method, messages) => (metadata) =>
  new Promise((resolve) => {
    let initial;
    const call = ledger[method](metadata, deadline(), (error, answer) =>
      resolve({ error, answer, initial }),
    );
    call.on("metadata", (sent) => (initial = sent));
    messages.forEach((message) => call.write(message));
    call.end();
  });

const calls = {
  GetBalance: unary("GetBalance", { account: "rent" }),
  WatchEntries: streaming("WatchEntries", { account: "rent" }),
  PostEntry: unary("PostEntry", entry(1)),
  ImportEntries: uploading("ImportEntries", [entry(2), entry(3)]),
  Audit: streaming("Audit", [{ account: "rent" }]),
};

function metadata(authorization) {
  const metadata = new grpc.Metadata();
  if (authorization) metadata.set("authorization", authorization);
  return metadata;
}

async function refused(method, authorization, code) {
  const { error, answer, initial } = await calls[method](metadata(authorization));
  assert.ok(error, `${method} answered ${JSON.stringify(answer)}`);
  assert.equal(error.code, code, `${method}: ${error.message}`);
  return (name) => [...(initial?.get(name) ?? []), ...error.metadata.get(name)];
}

async function answered(method, authorization) {
  const { error, answer } = await calls[method](metadata(authorization));
  assert.ok(!error, `${method}: ${error?.message}`);
  return answer;
}

async function main() {
  const bearer = {};
  for (const client of ["reader", "writer", "auditor"]) {
    bearer[client] = `Bearer ${await token(client)}`;
  }
  const open = ["GetBalance", "WatchEntries", "PostEntry", "ImportEntries"];
  const checks = {
    "strangers are asked who they are": async () => {
      for (const method of open) {
        const field = await refused(method, null, status.UNAUTHENTICATED);
        assert.match(field("www-authenticate").join(), /Bearer realm="api"/, method);
      }
      await refused("Audit", null, status.UNIMPLEMENTED);
    },
    "bad tokens are refused": async () => {
      for (const method of Object.keys(calls)) {
        const field = await refused(method, "Bearer x.y.z", status.UNAUTHENTICATED);
        assert.match(field("www-authenticate").join(), /error="invalid_token"/, method);
      }
    },
    "readers read and do not write": async () => {
      assert.equal((await answered("GetBalance", bearer.reader)).asked_by, "client:reader");
      await answered("WatchEntries", bearer.reader);
      for (const method of ["PostEntry", "ImportEntries"]) {
        const field = await refused(method, bearer.reader, status.PERMISSION_DENIED);
        assert.match(field("www-authenticate").join(), /scope="ledger:write"/, method);
      }
      await refused("Audit", bearer.reader, status.UNIMPLEMENTED);
    },
    "writers write": async () => {
      const before = (await answered("GetBalance", bearer.writer)).cents;
      assert.equal((await answered("ImportEntries", bearer.writer)).cents, before + 5);
    },
    "auditors audit": async () => {
      const findings = await answered("Audit", bearer.auditor);
      assert.deepEqual(findings.map((finding) => finding.account), ["rent"]);
    },
    "one call too many is refused, streaming or not": async () => {
      // Each client is another principal, and has made fewer calls than these before.
      for (const [client, method, limit, most] of [
        ["writer", "PostEntry", "post-entry", 5],
        ["writer", "ImportEntries", "import-entries", 5],
        ["auditor", "WatchEntries", "watch-entries", 10],
      ]) {
        let allowed = 0;
        while (allowed <= most && !(await calls[method](metadata(bearer[client]))).error) {
          allowed += 1;
        }
        assert.ok(allowed > most - 3 && allowed <= most, `${method}: ${allowed} were allowed`);
        const field = await refused(method, bearer[client], status.RESOURCE_EXHAUSTED);
        assert.ok(Number(field("retry-after")[0]) > 0, method);
        assert.ok(Number(field("grpc-retry-pushback-ms")[0]) > 0, method);
        assert.match(field("ratelimit").join(), new RegExp(`"${limit}";r=0`), method);
        assert.match(field("ratelimit-policy").join(), new RegExp(`"${limit}";q=${most};w=60`));
        await answered("GetBalance", bearer[client]);
        await answered("WatchEntries", bearer.reader);
      }
    },
    "health is for everyone": async () => {
      const client = new grpc.Client(address, grpc.credentials.createInsecure());
      const bytes = (value) => value;
      const answer = await new Promise((resolve, reject) => {
        const ended = (error, answer) => (error ? reject(error) : resolve(answer));
        const method = "/grpc.health.v1.Health/Check";
        client.makeUnaryRequest(method, bytes, bytes, Buffer.alloc(0), deadline(), ended);
      });
      client.close();
      // HealthCheckResponse { status: SERVING }
      assert.deepEqual([...answer], [8, 1]);
    },
  };
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`grpc-js: ${name}`);
  }
  ledger.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
