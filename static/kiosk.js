// A form without a network: sealed and signed at once, kept as nothing but ciphertext, handed in when there is a network.
"use strict";
(async () => {
  const form = document.querySelector("[data-kiosk]");
  if (!form || !window.crypto?.subtle || !window.indexedDB || !navigator.locks) return;
  const { device, verifier, box, to, worker, pages, ends } = form.dataset, { seal, packed, joined, text } = sealing;
  const BUCKET = 1024, BATCH = 20;
  const say = word => { for (const line of document.querySelectorAll("[role=status] [data-say]")) line.hidden = line.dataset.say !== word; };
  const settled = request => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
  const whole = act => new Promise((done, fail) => { act.oncomplete = done; act.onerror = act.onabort = () => fail(act.error); });

  const opening = indexedDB.open("yunnuo-offline", 1);
  opening.onupgradeneeded = () => opening.transaction.abort(); // a page without its key makes no store of its own
  const base = await settled(opening).catch(() => null);
  const mine = base && await settled(base.transaction("keys").objectStore("keys").get(verifier));
  if (!mine) { say("gone"); return; }
  const ours = () => IDBKeyRange.bound([device, 0], [device, Infinity]);
  const count = async () => {
    document.querySelector("[data-waiting]").textContent = await settled(base.transaction("records").objectStore("records").count(ours()));
  };

  // One record: said in the open, sealed with it, signed over both; number and record are kept in one transaction.
  const keep = plain => navigator.locks.request("yunnuo-offline", async () => {
    const { counter: last } = await settled(base.transaction("keys").objectStore("keys").get(verifier));
    const record = { device, counter: last + 1, name: crypto.randomUUID(), made: new Date().toISOString() };
    const said = text.encode(`yunnuo-offline-1\n${device}\n${record.name}\n${record.counter}\n${record.made}\n`);
    const sealed = await seal(box, said, plain);
    const mark = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, mine.key, joined(said, sealed));
    Object.assign(record, { sealed: packed(sealed), mark: packed(new Uint8Array(mark)) });
    const act = base.transaction(["keys", "records"], "readwrite", { durability: "strict" });
    act.objectStore("keys").put({ ...mine, counter: record.counter });
    act.objectStore("records").put(record);
    await whole(act);
  });

  // In order, a few at a time; a record goes from here only once the house has said what became of it.
  const handIn = () => navigator.locks.request("yunnuo-hand-in", { ifAvailable: true }, async lock => {
    while (lock) {
      const rows = await settled(base.transaction("records").objectStore("records").getAll(ours(), BATCH));
      if (!rows.length) return;
      const records = rows.map(({ counter, name, made, sealed, mark }) => ({ counter, name, made, sealed, mark }));
      const answer = await fetch(to, { method: "POST", credentials: "omit", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ now: Date.now(), records }) });
      if (!answer.ok) return;
      const { outcomes } = await answer.json();
      const act = base.transaction("records", "readwrite");
      for (const row of rows) if (row.name in outcomes) act.objectStore("records").delete([row.device, row.counter]);
      await whole(act);
      await count();
      if (Object.values(outcomes).includes("revoked")) { form.hidden = true; say("gone"); }
      if (!rows.some(row => row.name in outcomes)) return;
    }
  }).catch(() => {}); // no network: they wait

  form.addEventListener("submit", async event => {
    event.preventDefault();
    const name = form.querySelector("#name"), number = form.querySelector("#number"), button = form.querySelector("button");
    const ticks = [...form.querySelectorAll("input[type=checkbox]:checked")].map(box => box.value);
    const age = form.querySelector("input[name=age]:checked")?.value;
    if (age === "minor") { form.reset(); say("minor"); return; } // nothing else of it is looked at
    if (!age) { say("age"); form.querySelector("input[name=age]").focus(); return; }
    if (!ticks.length) { form.reset(); say("nothing"); return; }
    const called = name.value.normalize("NFKC").trim();
    const digits = number.value.normalize("NFKC").replace(/[\s\-().·]/g, "").match(/^(?:\+?86)?(1[3-9]\d{9})$/)?.[1];
    if (!called || /\d/.test(called)) { say("name"); name.focus(); return; }
    if (!digits) { say("number"); number.focus(); return; }
    button.disabled = true;
    try {
      const plain = text.encode(JSON.stringify({ age, name: called, number: digits, ticks, language: document.documentElement.lang }));
      await keep(joined(plain, new Uint8Array(BUCKET - plain.length % BUCKET))); // one length for all
      form.reset();
      say("kept");
      document.querySelector("[data-say=kept]").focus();
      await count();
      handIn();
    } catch { say("gone"); } finally { button.disabled = false; }
  });

  if (Date.parse(ends) > Date.now()) form.hidden = false; else say("gone");
  document.querySelector("[data-state]").hidden = false;
  await count();
  addEventListener("online", handIn);
  setInterval(handIn, 30000);
  handIn();
  try {
    await navigator.serviceWorker.register(worker);
    const links = [...document.querySelectorAll("link[href], script[src], img[src]")].map(one => one.href || one.src);
    const cache = await caches.open("yunnuo-kiosk-1");
    if (navigator.onLine) await cache.addAll([...pages.split(" "), ...new Set(links)].map(address => new Request(address, { cache: "reload" })));
    await navigator.serviceWorker.ready;
    document.querySelector("[data-say=ready]").hidden = false;
  } catch { /* without a worker the open page still works */ }
})();
