import { drawAll } from "drawing";

// Text of ours with charts in it: the same HTML and the same drawing as in report.html.
export default {
  template: "<div></div>",
  props: { html: String, charts: String },
  created() { this.parsed = {}; },
  mounted() {
    this.observer = new ResizeObserver(() => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.draw(), 150);
    });
    this.observer.observe(this.$el);
    this.fill();
  },
  updated() { if (this.html !== this.shown || this.charts !== this.drawn) this.fill(); },
  unmounted() { this.observer.disconnect(); clearTimeout(this.waiting); },
  methods: {
    fill() {
      this.shown = this.html;
      this.drawn = this.charts;
      this.$el.innerHTML = this.html;
      this.parsed = JSON.parse(this.charts);
      this.draw();
    },
    async draw() {
      const boxes = this.$el.querySelectorAll(".chart");
      if (boxes.length) {
        const { Plotly } = await import("nicegui-plotly");
        await drawAll(Plotly, boxes, this.parsed);
      }
      if (this.$el.clientWidth) this.$el.dataset.ready = "yes";
    },
  },
};
