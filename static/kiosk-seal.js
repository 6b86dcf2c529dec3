// HPKE (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; out of WebCrypto alone.
"use strict";
const sealing = (() => {
  const text = new TextEncoder(), subtle = crypto.subtle, VERSION = text.encode("HPKE-v1");
  const KEM = Uint8Array.from([...text.encode("KEM"), 0, 16]), SUITE = Uint8Array.from([...text.encode("HPKE"), 0, 16, 0, 1, 0, 2]);
  const joined = (...parts) => Uint8Array.from(parts.flatMap(part => [...part]));
  const hmac = async (key, message) => {
    const made = await subtle.importKey("raw", key.length ? key : new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", made, message));
  };
  const extract = (suite, salt, label, material) => hmac(salt, joined(VERSION, suite, text.encode(label), material));
  const expand = async (suite, key, label, info, length) => // one block of the hash is enough for all that is asked here
    (await hmac(key, joined([0, length], VERSION, suite, text.encode(label), info, [1]))).slice(0, length);
  const bytes = packed => Uint8Array.from(atob(packed), char => char.charCodeAt(0));
  const packed = raw => btoa(Array.from(raw, byte => String.fromCharCode(byte)).join(""));

  // Seals `plain` to the box, bound to `said`: the ephemeral public key, then the ciphertext.
  const seal = async (box, said, plain) => {
    const curve = { name: "ECDH", namedCurve: "P-256" }, none = new Uint8Array(0), point = bytes(box);
    const theirs = await subtle.importKey("raw", point, curve, false, []);
    const mine = await subtle.generateKey(curve, false, ["deriveBits"]);
    const enc = new Uint8Array(await subtle.exportKey("raw", mine.publicKey));
    const shared = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256));
    const secret = await expand(KEM, await extract(KEM, none, "eae_prk", shared), "shared_secret", joined(enc, point), 32);
    const context = joined([0], await extract(SUITE, none, "psk_id_hash", none), await extract(SUITE, none, "info_hash", said));
    const schedule = await extract(SUITE, secret, "secret", none);
    const key = await subtle.importKey("raw", await expand(SUITE, schedule, "key", context, 32), "AES-GCM", false, ["encrypt"]);
    const iv = await expand(SUITE, schedule, "base_nonce", context, 12);
    return joined(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, plain)));
  };
  return { seal, packed, joined, text };
})();
