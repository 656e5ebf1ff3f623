// A photo at the moment of weighing: drawn on a canvas, so it is small and carries nothing of the camera's own.
const LONGEST_PX = 1280;
const ENOUGH_BYTES = 120_000;
const QUALITIES = [0.72, 0.6, 0.45, 0.3];

/** Show the camera in the video; resolves to how to end it, null where there is none or it is not allowed. */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) return null;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: LONGEST_PX } }, audio: false });
    video.srcObject = stream;
    await video.play();
    return () => {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    };
  } catch {
    return null;
  }
}

/** Whether the camera was allowed before, so that it may open without asking. */
export async function cameraAllowed() {
  const allowed = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  return allowed?.state === "granted";
}

/** What the video shows now as a canvas, at once; null where it shows nothing. */
export function shotOf(video) {
  return video.videoWidth ? drawn(video, video.videoWidth, video.videoHeight) : null;
}

/** A picture file as a canvas. */
export async function canvasOf(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return drawn(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}

/** The canvas as a JPEG of about 100 KB. */
export async function jpegOf(canvas) {
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob.size <= ENOUGH_BYTES) break;
  }
  return blob;
}

function drawn(source, width, height) {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
