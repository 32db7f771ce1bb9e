(() => {
  // The library writes style attributes, which the page's policy forbids; setting the same through the
  // style object is allowed and does the same.
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value; else set.call(this, name, value);
  };

  const charts = JSON.parse(document.getElementById("charts").textContent);
  const drawn = () => drawAll(Plotly, document.querySelectorAll(".chart"), charts);
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawn, 150); });
  addEventListener("beforeprint", drawn);
  drawn().then(() => { document.documentElement.dataset.ready = "yes"; });
})();
