// A key that takes photos, of screens that come after the first load.
import { addAttachment } from "../store.js";
import { slot } from "./parts.js";
import { canvasOf, jpegOf } from "./camera.js";
import { showFault } from "./ticket_parts.js";

/** Keep what the file key of a part of the screen takes; `taken` is told each photo's hash. */
export function takePhotos(screen, part, taken) {
  slot(part, "file").addEventListener("change", async ({ target }) => {
    try {
      for (const file of target.files) taken(await addAttachment(await jpegOf(await canvasOf(file))));
    } catch (error) {
      showFault(screen, [error.message, error.nextStep].filter(Boolean).join(" "));
    }
    target.value = "";
  });
}
