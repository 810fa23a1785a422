// The page of one person: times are the reader's own, where the server can only write them in UTC.

for (const time of document.querySelectorAll("time[data-time]")) {
  if (!(time instanceof HTMLTimeElement)) continue;
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  const text = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  time.textContent = (time.dataset.words ?? "%s").replace("%s", () => text);
}
