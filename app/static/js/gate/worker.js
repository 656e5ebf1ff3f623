// The service worker: keeps the offline app in a cache of its version and answers from it. `VERSION`, `FILES`, `SCREENS`
// and `LATER` stand above, written by the server (app/tablet/worker_views.py). The screens are kept as soon as the app is
// ready without them; what comes later, once its page was opened.
//
// Which version the pages get is written down apart from which worker runs: a new worker goes on giving them the old
// files until no record waits to be sent, or somebody taps. It never touches /data/ nor anything but GET.
const PREFIX = "strawline-tablet-";
const CACHE = PREFIX + VERSION;
const IN_USE = "strawline-in-use"; // holds one answer, whose text is the name of the cache in use
const SHELL = FILES[0];
const PAGES = new Set([SHELL, LATER[0]]);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});
self.addEventListener("activate", (event) => event.waitUntil(begin()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || pathname.startsWith("/data/")) return;
  if (request.mode !== "navigate") {
    if (pathname.startsWith("/static/") || pathname === SCREENS[0]) event.respondWith(kept(pathname, request));
  } else if (PAGES.has(pathname)) {
    event.respondWith(kept(pathname, request));
    if (pathname === LATER[0]) event.waitUntil(keepMore(LATER));
  } else event.respondWith(fetch(request).catch(() => Response.redirect(SHELL)));
});

self.addEventListener("message", (event) => event.waitUntil(answer(event)));

async function answer({ data, ports }) {
  if (data.ask === "take over" && (data.isTapped || !(await recordsWait()))) await takeOver();
  if (data.ask === "keep screens") await keepMore(SCREENS);
  ports[0].postMessage({ own: CACHE, inUse: await inUse() });
}

async function fill() {
  const cache = await caches.open(CACHE);
  // Asked anew, but what the browser has just loaded need not come twice: the server says "not modified".
  await cache.addAll(FILES.map(asked));
  // A newer version takes over with all that the one before had.
  if (await inUse()) await cache.addAll(SCREENS.map(asked)).catch(() => {});
}

async function keepMore(addresses) {
  const name = await inUse();
  if (name !== CACHE) return;
  const cache = await caches.open(name);
  if (!(await cache.match(addresses[0]))) await cache.addAll(addresses.map(asked)).catch(() => {}); // no network: another time
}

const asked = (address) => new Request(address, { cache: "no-cache", redirect: "error" });

async function begin() {
  await self.clients.claim();
  const before = await inUse();
  const pages = await self.clients.matchAll({ type: "window" });
  const isFirst = !before || !(await caches.has(before));
  if (isFirst || (before !== CACHE && !pages.length && !(await recordsWait()))) return takeOver();
  await dropAllBut([before, CACHE]);
  if (before !== CACHE) pages.forEach((page) => page.postMessage({ says: "new version" }));
}

async function takeOver() {
  await (await caches.open(IN_USE)).put("/", new Response(CACHE));
  await dropAllBut([CACHE]);
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage({ says: "taken over" });
}

const inUse = async () => (await (await caches.open(IN_USE)).match("/"))?.text();

async function dropAllBut(names) {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !names.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function kept(pathname, request) {
  const name = await inUse();
  const found = name && (await (await caches.open(name)).match(pathname, { ignoreVary: true }));
  return found ?? fetch(request);
}

// The outbox (js/gate/database.js), looked at without making one.
function recordsWait() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("strawline-gate");
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => (opening.error?.name === "AbortError" ? resolve(false) : reject(opening.error));
    opening.onsuccess = () => {
      const database = opening.result;
      const range = IDBKeyRange.bound(["waiting"], ["waiting", []]);
      const counting = database.transaction("records").objectStore("records").index("by_state").count(range);
      counting.onsuccess = () => resolve(counting.result > 0);
      counting.onerror = () => reject(counting.error);
      database.close();
    };
  });
}
