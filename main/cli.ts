// What compares tables needs no core: loading one takes more memory than most comparisons do.
const program = process.argv[2] === 'drift' ? './cli-drift.mjs' : './cli-core.mjs'
await import(new URL(program, import.meta.url).href)
export {}
