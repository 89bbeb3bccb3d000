// @ts-check
/** Draws a face's box and landmarks over its photo. */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./api.js").Face} face
 * @param {number} scale from the photo's pixels to the canvas's
 */
export function drawFace(context, { box, landmarks }, scale) {
  const unit = Math.max(2, (box.width * scale) / 90);
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map((value) => value * scale);
  context.save();
  context.lineJoin = "round";
  // A dark line under a light one shows on any photo.
  for (const [colour, lineWidth] of /** @type {const} */ ([
    ["rgba(0, 0, 0, 0.55)", 2.2 * unit],
    ["#5fe0c9", unit],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    drawCorners(context, x, y, width, height);
  }
  for (const point of landmarks) {
    context.beginPath();
    context.arc(point.x * scale, point.y * scale, 1.6 * unit, 0, 2 * Math.PI);
    context.fillStyle = "#5fe0c9";
    context.strokeStyle = "rgba(0, 0, 0, 0.7)";
    context.lineWidth = 0.7 * unit;
    context.fill();
    context.stroke();
  }
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height */
function drawCorners(context, x, y, width, height) {
  const arm = 0.2 * Math.min(width, height);
  context.beginPath();
  for (const [cornerX, cornerY, alongX, alongY] of [
    [x, y, arm, arm],
    [x + width, y, -arm, arm],
    [x + width, y + height, -arm, -arm],
    [x, y + height, arm, -arm],
  ]) {
    context.moveTo(cornerX + alongX, cornerY);
    context.lineTo(cornerX, cornerY);
    context.lineTo(cornerX, cornerY + alongY);
  }
  context.stroke();
}
