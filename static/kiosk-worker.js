// Answers for the house while there is no network: the pages of a prepared device and what they are made of, nothing else.
"use strict";
const KEPT = "yunnuo-kiosk-1";
addEventListener("install", () => skipWaiting());
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => {
  if (event.request.method !== "GET") return;
  event.respondWith(caches.open(KEPT).then(kept => kept.match(event.request, { ignoreVary: true })).then(found => found || fetch(event.request)));
});
