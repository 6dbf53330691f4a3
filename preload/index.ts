import { contextBridge, ipcRenderer } from 'electron'

// A port does not survive the context bridge, so it is handed on as a window message; the page checks that it came from its own window.
for (const what of ['takt:port', 'takt:lost'])
  ipcRenderer.on(what, (event) => window.postMessage(what, location.origin, event.ports))
ipcRenderer.on('takt:go', (_event, path: string) =>
  window.postMessage({ go: path }, location.origin),
)
contextBridge.exposeInMainWorld('takt', { askForPort: () => ipcRenderer.send('takt:port') })
