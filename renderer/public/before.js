// Runs before any module. Compiling parsers would need to make code from text, which the page's policy forbids: zod is told before it tries.
globalThis.__zod_globalConfig = { jitless: true }
