// Where the secret of the tablet's programs is kept: in IndexedDB, which a service worker reads too.
const DATABASE = "strawline-tablet";
const STORE = "device";

export async function keepKey(token) {
  await inStore("readwrite", (store) => store.put(token, "key"));
}

export async function keptKey() {
  return inStore("readonly", (store) => store.get("key"));
}

async function inStore(mode, action) {
  const database = await settled(indexedDB.open(DATABASE, 1), (opening) => {
    opening.result.createObjectStore(STORE);
  });
  try {
    return await settled(action(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function settled(asked, whenNew) {
  return new Promise((resolve, reject) => {
    asked.onupgradeneeded = () => whenNew?.(asked);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
