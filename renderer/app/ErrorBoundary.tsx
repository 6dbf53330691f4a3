import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Button, CopyButton, LinkButton, PageHead, Panel } from '../design'
import { redact } from './redact'
import { words } from './words'

interface Props {
  screen: string
  children: ReactNode
}
interface State {
  error: Error | undefined
  where: string
}
/** Keeps a fault of one screen inside that screen, with a report that can be copied and holds no secret. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, where: '' }
  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
  override componentDidCatch(_error: unknown, { componentStack }: ErrorInfo) {
    this.setState({ where: componentStack ?? '' })
  }
  override componentDidUpdate(before: Props) {
    if (before.screen !== this.props.screen && this.state.error)
      this.setState({ error: undefined, where: '' })
  }
  override render() {
    const { error, where } = this.state
    if (!error) return this.props.children
    const report = () =>
      redact(
        `Takt, screen ${this.props.screen}\n${navigator.userAgent}\n${error.stack ?? error.message}\n${where}`,
      )
    return (
      <div className="screen">
        <PageHead title={this.props.screen} />
        <div className="screen-body">
          <Panel title={words.broke}>
            <div className="state" role="alert">
              <span>{words.brokeSays}</span>
              <span className="diagnosis">{redact(error.message)}</span>
              <div className="state-actions">
                <Button
                  look="primary"
                  onClick={() => this.setState({ error: undefined, where: '' })}
                >
                  {words.again}
                </Button>
                <CopyButton says={words.report} text={report} />
                <LinkButton href="#/map">{words.toMap}</LinkButton>
              </div>
            </div>
          </Panel>
        </div>
      </div>
    )
  }
}
