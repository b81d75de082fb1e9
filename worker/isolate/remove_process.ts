// SES takes a global `process` for Node's and uses it; the isolate must not have one anyway. Imported before `ses`.
delete (globalThis as { process?: unknown }).process;
