import type { FlowReport } from '../../../../preload/contract/flow'
import { ChartFrame, formatShortDuration } from '../../../design'
import { useStationNames } from './stations'
import { stepsOf, type Step } from './view-model'
import { words } from './words'

/** The width below which a step is drawn without words. */
const NAMED_FROM = 0.035

/** The mean item from question to use: waiting outlined above, touched solid below, as wide as it took. */
export function ValueStream({ report }: { report: FlowReport }) {
  const nameOf = useStationNames()
  const steps = stepsOf(report)
  const worst = steps.find(({ isBottleneck }) => isBottleneck)
  const says = worst
    ? words.stream.says(nameOf(worst.station).title, worst.waitSeconds)
    : words.stream.none
  return (
    <ChartFrame
      title={words.stream.title}
      means={words.stream.means}
      says={says}
      head={words.stream.head}
      rows={steps.map(({ station, waitSeconds, cause, touchSeconds }) => [
        `${nameOf(station).code} ${nameOf(station).title}`,
        formatShortDuration(waitSeconds),
        cause ?? '',
        formatShortDuration(touchSeconds),
      ])}
    >
      {(reading) =>
        steps.length === 0 ? (
          <p className="quiet-note">{words.stream.none}</p>
        ) : (
          <div className="stream">
            {steps.map((step, index) => (
              <StreamStep
                key={step.station}
                step={step}
                name={nameOf(step.station)}
                isRead={reading === index}
              />
            ))}
          </div>
        )
      }
    </ChartFrame>
  )
}

function StreamStep({
  step,
  name,
  isRead,
}: {
  step: Step
  name: { code: string; title: string }
  isRead: boolean
}) {
  const total = step.waitSeconds + step.touchSeconds
  const isNamed = step.share >= NAMED_FROM
  const kinds = ['stream-step', step.isBottleneck && 'bottleneck', isRead && 'read']
  return (
    <div className={kinds.filter(Boolean).join(' ')} style={{ flexGrow: step.share * 1000 }}>
      <span className="stream-name ellipsis">
        {isNamed && (step.share > 0.07 ? `${name.code} ${name.title}` : name.code)}
        {step.isBottleneck && step.share > 0.15 && `, ${words.stream.bottleneck}`}
      </span>
      <div className="stream-bars">
        {step.waitSeconds > 0 && (
          <span className="stream-wait" style={{ flexGrow: (step.waitSeconds / total) * 100 }}>
            {isNamed && (
              <>
                <b>{formatShortDuration(step.waitSeconds)}</b>
                {step.share > 0.08 && <small className="ellipsis">{step.cause}</small>}
              </>
            )}
          </span>
        )}
        {step.touchSeconds > 0 && (
          <span className="stream-touch" style={{ flexGrow: (step.touchSeconds / total) * 100 }}>
            {isNamed && <b>{formatShortDuration(step.touchSeconds)}</b>}
          </span>
        )}
      </div>
    </div>
  )
}
