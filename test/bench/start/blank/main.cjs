// The least an Electron program can do: one window, no page of its own. What Takt adds is measured against it.
const { app, BrowserWindow } = require('electron')
app
  .whenReady()
  .then(() =>
    new BrowserWindow({ width: 1440, height: 900 }).loadURL('data:text/html,<nav>blank</nav>'),
  )
app.on('window-all-closed', () => app.quit())
