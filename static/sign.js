// A field for a signature: strokes as points in a field of 1000 × 400, with milliseconds since the first.
"use strict";
(() => {
  const form = document.querySelector("[data-sign]");
  if (!form) return;
  const canvas = form.querySelector("canvas"), pen = canvas.getContext("2d"), clear = form.querySelector("[data-clear]");
  const kept = form.querySelector("input[name=strokes]");
  let strokes = [], stroke = null, begun = 0;
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 5; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = getComputedStyle(canvas).color;
    for (const points of strokes) {
      pen.beginPath();
      points.forEach(([x, y], n) => n ? pen.lineTo(x, y) : pen.moveTo(x, y));
      pen.stroke();
    }
    kept.value = strokes.length ? JSON.stringify(strokes) : "";
  };
  const point = e => {
    const box = canvas.getBoundingClientRect(), within = (at, most) => Math.min(Math.max(Math.round(at), 0), most);
    begun ||= e.timeStamp;
    return [within((e.clientX - box.left) / box.width * 1000, 1000), within((e.clientY - box.top) / box.height * 400, 400), Math.round(e.timeStamp - begun)];
  };
  canvas.addEventListener("pointerdown", e => { e.preventDefault(); canvas.setPointerCapture(e.pointerId); stroke = [point(e)]; strokes.push(stroke); });
  canvas.addEventListener("pointermove", e => { if (stroke) { stroke.push(point(e)); draw(); } });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { stroke = null; draw(); });
  clear.hidden = false;
  clear.addEventListener("click", () => { strokes = []; begun = 0; draw(); });
  kept.value = "";
})();
