// Makes this browser's own key for an event: it signs, and nobody can take it out. The public half goes to the house.
"use strict";
(() => {
  const form = document.querySelector("[data-prepare]");
  if (!form) return;
  const button = form.querySelector("button"), cannot = form.querySelector("[data-cannot]");
  const can = window.isSecureContext && window.crypto?.subtle && window.indexedDB && navigator.serviceWorker && navigator.locks;
  if (!can) { cannot.hidden = false; return; }
  button.disabled = false;
  form.addEventListener("submit", async event => {
    if (form.verifier.value) return;
    event.preventDefault();
    button.disabled = true;
    try {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
      const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
      const verifier = btoa(String.fromCharCode(...raw));
      await new Promise((done, fail) => {
        const opening = indexedDB.open("yunnuo-offline", 1);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore("keys", { keyPath: "verifier" });
          opening.result.createObjectStore("records", { keyPath: ["device", "counter"] });
        };
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const act = opening.result.transaction("keys", "readwrite");
          act.objectStore("keys").put({ verifier, key: pair.privateKey, counter: 0 });
          act.oncomplete = () => { opening.result.close(); done(); };
          act.onerror = () => fail(act.error);
        };
      });
      await navigator.storage?.persist?.();
      form.verifier.value = verifier;
      form.submit();
    } catch { cannot.hidden = false; }
  });
})();
