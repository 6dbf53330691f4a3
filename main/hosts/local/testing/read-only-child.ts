import { os } from '@orpc/server'
import { attachLocally, askLocally, serveLocally } from '../socket'

// Serves a store that this user may only read, attaches to it, and tells what came of it.
const [folder = ''] = process.argv.slice(2)
const local = await serveLocally(os.router({}), folder, { 'new-token': () => 'an address' })
const attached = await attachLocally(folder)
const asked = await askLocally(folder, 'new-token')
process.stdout.write(JSON.stringify({ attached: attached !== undefined, asked }))
attached?.close()
await local.close()
