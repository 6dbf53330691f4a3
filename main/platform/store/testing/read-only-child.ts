import { openStore } from '../store'

// Opens a store that this user may only read, and tells what it could do with it.
const [folder = ''] = process.argv.slice(2)
const opened = openStore(folder, { pid: process.pid, now: () => 1 })
process.stdout.write(
  JSON.stringify(
    opened.ok
      ? {
          writable: opened.value.writable,
          read: opened.value.settings.get('kept'),
          written: opened.value.settings.set('kept', 'changed'),
        }
      : opened.failure,
  ),
)
