// The form for uploads: tells what is chosen, says before anything is sent that it is too much, and takes
// files that are dropped anywhere on the form.  Without this the server says the same.

const form = document.querySelector("[data-upload]");
const field = form.querySelector("[data-files]");
const chosen = form.querySelector("[data-chosen]");
const complaint = form.querySelector("[data-complaint]");

function sizeOf(bytes) {
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${amount.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}

function complaintAbout(files, size) {
  const { limitBytes, limitFiles, limitMb } = form.dataset;
  if (size > Number(limitBytes)) {
    return `An upload may have ${limitMb} MB, and these have ${sizeOf(size)}. Send them in several parts, or as a zip.`;
  }
  if (files.length > Number(limitFiles)) {
    return `An upload may have ${limitFiles} files, and these are ${files.length}. Send them in several uploads.`;
  }
  return "";
}

function show() {
  const files = [...field.files];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const words = complaintAbout(files, size);
  chosen.textContent = files.length ? `${files.length} file${files.length === 1 ? "" : "s"}, ${sizeOf(size)}` : "";
  complaint.textContent = words;
  complaint.classList.toggle("errornote", Boolean(words));
  return !words;
}

field.addEventListener("change", show);
form.addEventListener("submit", (event) => {
  if (!show()) event.preventDefault();
});
form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("is-over");
});
form.addEventListener("dragleave", () => form.classList.remove("is-over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("is-over");
  if (event.dataTransfer.files.length) {
    field.files = event.dataTransfer.files;
    show();
  }
});
