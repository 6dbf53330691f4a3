import { z } from 'zod'

// Compiling parsers would need eval, which the page's policy forbids. Each schema looks when it is made, so this is imported before all others.
z.config({ jitless: true })
