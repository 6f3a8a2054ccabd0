// Opens the page of the axum-api example in Chromium, as a user does.
//
//     ALICE_PASSWORD=.. node page.js http://127.0.0.1:3000 /usr/bin/chromium
//
// What it takes for granted of the example:
//
// - AXUM_API_USERS__ALICE__PASSWORD sets the password of its user `alice`.
// - It has /docs, /token and /protected, and looks at five wrong passwords of an account
//   from one address before it makes the next one wait.
"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const process = require("node:process");
const { chromium } = require("playwright-core");

const [, , BASE, CHROMIUM] = process.argv;
const PASSWORD = process.env.ALICE_PASSWORD;
// It fetches nothing by itself; as root, it has no sandbox to go into.
const SWITCHES = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
];

/** Serves `html` on an origin of its own, while `work` is done with its address. */
async function served(html, work) {
  const server = http.createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end(html);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** What another page can make a browser send without asking anybody. */
const ATTACK = `<!doctype html><title>elsewhere</title>
<form method="post" action="${BASE}/token">
  <input name="grant_type" value="password"><input name="username" value="alice">
  <input name="password" value="wrong">
</form>
<script>
  const form = new URLSearchParams(new FormData(document.forms[0]));
  const send = () => fetch("${BASE}/token", { method: "POST", mode: "no-cors", body: form });
  window.attack = async () => {
    // What comes back is kept from the page; what it sends arrives.
    for (let sent = 0; sent < 9; sent++) await send().catch(() => {});
    document.forms[0].submit();
  };
</script>`;

async function otherPagesGuessInVain(browser) {
  await served(ATTACK, async (elsewhere) => {
    const page = await browser.newPage();
    await page.goto(elsewhere);
    const answer = page.waitForResponse(
      (response) => response.url() === `${BASE}/token` && response.request().isNavigationRequest(),
    );
    await page.evaluate(() => window.attack());
    assert.equal((await answer).status(), 403);
    await page.close();
  });
}

async function theButtonLogsIn(browser) {
  const page = await browser.newPage();
  const amiss = [];
  page.on("console", (message) => {
    if (message.type() === "error") amiss.push(message.text());
  });
  page.on("pageerror", (error) => amiss.push(String(error)));
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(`${BASE}/`) || request.url().startsWith("data:");
    if (!isOwn) amiss.push(`asked for ${request.url()}`);
  });

  await page.goto(`${BASE}/docs`);
  await page.locator(".btn.authorize").click();
  const form = page.locator(".auth-container").filter({ hasText: "OAuth2" }).first();
  await form.locator("input#oauth_username").fill("alice");
  await form.locator("input#oauth_password").fill(PASSWORD);
  await form.locator("button.authorize").click();
  await form.getByText("Logout").waitFor();
  await page.locator(".btn-done").first().click();

  const path = page.locator('[data-path="/protected"]');
  const operation = page.locator(".opblock").filter({ has: path }).first();
  await operation.locator(".opblock-summary").click();
  const execute = operation.locator("button.execute");
  const tryOut = operation.locator("button.try-out__btn");
  await execute.or(tryOut).first().waitFor();
  if ((await execute.count()) === 0) await tryOut.click();
  await execute.click();
  const answer = operation.locator(".live-responses-table .response").first();
  await answer.waitFor();
  assert.equal((await answer.locator(".response-col_status").innerText()).trim(), "200");
  assert.equal((await answer.locator(".microlight").first().innerText()).trim(), "Hello, alice!");
  assert.deepEqual(amiss, []);
  await page.close();
}

async function main() {
  assert(BASE && PASSWORD && CHROMIUM, "usage: ALICE_PASSWORD=.. node page.js http://ADDRESS CHROMIUM");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
  try {
    await otherPagesGuessInVain(browser);
    console.log("ok: other pages guess in vain");
    await theButtonLogsIn(browser);
    console.log("ok: the button of the page logs in");
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
