/** The line that `redpencil.pages.offline` writes above service_worker.js. */
declare const PLAN: Plan;
