/** Statuses: a shape, a colour and the word, so that none of them is needed alone. */

const SHAPES: Record<string, string> = {
  running: "M8 2a6 6 0 1 1-6 6",
  completed: "M3 8.5l3.2 3.2L13 4.8",
  failed: "M4 4l8 8M12 4l-8 8",
  cancelled: "M3 8h10",
  active: "M8 4.5V8l2.5 1.5M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2",
  failing: "M8 3v6M8 12.5v.01",
  over: "M3 8h10",
  paused: "M5.5 3.5v9M10.5 3.5v9",
};

export function Status({ status }: { status: string }) {
  return (
    <span class={`status ${status}`}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path
          d={SHAPES[status] ?? "M8 8h.01"}
          fill="none"
          stroke="currentColor"
          stroke-width="2.4"
          stroke-linecap="round"
        />
      </svg>
      {status}
    </span>
  );
}
