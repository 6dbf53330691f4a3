import './app/parsers'
import '@mantine/core/styles.layer.css'
import './design/tokens.css'
import './design/base.css'
import './design/parts.css'
import './app/frame.css'
import { MantineProvider } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { connection } from './app/connection'
import { guardMarkup } from './app/trusted-types'
import { rememberedTheme, resolveTheme, useTheme } from './app/theme'
import { arrive, connectPage, followShell, handFile } from './client'
import { cssVariablesResolver, theme } from './design/theme'

guardMarkup()
const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
// The scroll lock of Mantine's dialogs makes style elements by itself and looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce })
document.documentElement.dataset['theme'] = resolveTheme(rememberedTheme())
const session = connectPage(connection)
followShell(arrive, handFile)

function Page() {
  const colours = useTheme()
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      forceColorScheme={colours}
      getStyleNonce={() => nonce}
    >
      <App session={session} />
    </MantineProvider>
  )
}
const root = document.getElementById('root')
if (root) createRoot(root).render(<Page />)
