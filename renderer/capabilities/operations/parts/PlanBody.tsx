import type { HeldObjects, PermissionCheck, Plan } from '../../../../preload/contract/operations'
import {
  CopyButton,
  Diff,
  formatClock,
  formatPromise,
  QuotaBar,
  Section,
  Sign,
  Tag,
} from '../../../design'
import { countChanges, diffLines, quotaSays } from '../view-model'
import { words } from '../words'

/** A plan from price to risks, in the order in which people ask. */
export function PlanBody({ plan, differs }: { plan: Plan; differs: readonly string[] }) {
  return (
    <>
      <Head plan={plan} />
      {differs.length > 0 && (
        <Section title={words.differs}>
          <ul className="stack tight control-text">
            {differs.map((says) => (
              <li key={says}>
                <Tag tone="warning">{says}</Tag>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {plan.blockedBy.length > 0 && (
        <Section title={words.blocked}>
          <ul className="stack tight control-text">
            {plan.blockedBy.map(({ says, remedy }) => (
              <li key={says} className="row" style={{ alignItems: 'flex-start' }}>
                <span style={{ paddingTop: 2 }}>
                  <Sign sign="warning" />
                </span>
                <span>
                  {says} <span className="soft">{remedy}</span>
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {plan.losses && (
        <Section title={words.lost}>
          <p className="control-text danger">{plan.losses.lost.join('; ')}</p>
        </Section>
      )}
      {plan.holds && <Holds holds={plan.holds} />}
      <Section
        title={words.changes}
        note={`${plan.subject.namespace ? `${plan.subject.namespace} on ` : ''}${plan.site}`}
      >
        {plan.changes.length > 0 ? (
          <Diff label={words.changes} lines={diffLines(plan.changes)} />
        ) : (
          <p className="control-text soft">{words.noChanges}</p>
        )}
        {plan.dryRun.says.map((says) => (
          <p key={says} className="small soft" style={{ paddingTop: 4 }}>
            {says}
          </p>
        ))}
      </Section>
      {plan.permissions.length > 0 && (
        <Section title={words.permission} note={words.asWhom(plan.as, formatClock(plan.madeAt))}>
          {plan.permissions.map((check) => (
            <Permission
              key={`${check.verb} ${check.resource} ${check.namespace ?? ''} ${check.says}`}
              check={check}
              plan={plan}
            />
          ))}
        </Section>
      )}
      {plan.quotas.length > 0 && (
        <Section title={words.quota}>
          {plan.quotas.map((quota) => (
            <div className="bar-row" key={quota.name}>
              <span className="soft ellipsis">{quota.name}</span>
              <QuotaBar {...quota} label={`${quota.name}: ${quotaSays(quota)}`} />
              <span className="right nowrap">{quotaSays(quota)}</span>
            </div>
          ))}
        </Section>
      )}
      {plan.risks.length > 0 && (
        <Section title={words.risks}>
          <Sentences of={plan.risks} />
        </Section>
      )}
      {plan.choices.length > 0 && (
        <Section title={words.choices}>
          <Sentences of={plan.choices} />
        </Section>
      )}
      {plan.undo && (
        <Section title={words.undo}>
          <p className="control-text soft">{plan.undo}</p>
        </Section>
      )}
    </>
  )
}
const BELONGS = ['others', 'takt', 'automatic'] as const
/** Everything in the namespaces that would go, those of others first. */
function Holds({ holds }: { holds: HeldObjects[] }) {
  return (
    <Section title={words.holds} note={placesSay(holds)}>
      <ul className="stack tight control-text">
        {BELONGS.flatMap((belongs) => holds.filter((one) => one.belongs === belongs)).map(
          ({ site, namespace, kind, belongs, count, names }) => (
            <li key={`${site}/${namespace}/${kind}/${belongs}`} className="row">
              <Tag tone={belongs === 'others' ? 'danger' : 'normal'}>{words.belongs[belongs]}</Tag>
              <span className="ellipsis">{words.held(count, kind, names)}</span>
            </li>
          ),
        )}
      </ul>
    </Section>
  )
}
const placesSay = (holds: HeldObjects[]) =>
  [...new Set(holds.map(({ site, namespace }) => `${namespace} on ${site}`))].join(', ')
const Sentences = ({ of }: { of: readonly string[] }) => (
  <ul className="stack tight control-text soft">
    {of.map((says) => (
      <li key={says}>{says}</li>
    ))}
  </ul>
)

function Head({ plan: { price, time, changes, title, kind } }: { plan: Plan }) {
  return (
    <div style={{ padding: '0 14px 10px' }}>
      <div className="row baseline wrap">
        <b style={{ fontSize: 20, lineHeight: '26px', letterSpacing: '-.02em' }}>
          {price ? words.perHour(price.usdPerHour) : title}
        </b>
        {price?.usdInAll !== undefined && (
          <span className="control-text soft">{words.inAll(price.usdInAll)}</span>
        )}
      </div>
      <div className="control-text soft" style={{ marginTop: 2 }}>
        {time && (
          <div>
            {/provision/i.test(kind) ? words.usableIn : words.takes}{' '}
            <b>{formatPromise(time.seconds)}</b>
            {time.lowSeconds !== undefined &&
              time.highSeconds !== undefined &&
              ` (${words.range(time.lowSeconds, time.highSeconds)})`}
          </div>
        )}
        {time?.says && <div>{time.says}</div>}
        <div>{words.counts(countChanges(changes))}</div>
        {price && <div className="small meta">{words.priceBasis(price.basis, price.book)}</div>}
      </div>
    </div>
  )
}
function Permission({ check, plan }: { check: PermissionCheck; plan: Plan }) {
  const sign =
    check.allowed === 'yes'
      ? 'done'
      : check.allowed === 'unknown'
        ? 'unknown'
        : check.without
          ? 'warning'
          : 'failed'
  return (
    <div style={{ padding: '3px 0' }}>
      <div className="row control-text">
        <Sign sign={sign} />
        <span className="grow">{check.says}</span>
        <span className="meta right">
          {check.allowed === 'yes'
            ? words.allowed
            : check.allowed === 'unknown'
              ? words.unknownRight
              : words.ask(check.grantedBy)}
        </span>
      </div>
      {check.allowed === 'no' && (
        <div className="row small soft wrap" style={{ paddingLeft: 20 }}>
          {check.without && <span>{words.without(check.without)}</span>}
          <CopyButton small says={words.copyRequest} text={() => words.request(plan, check)} />
        </div>
      )}
    </div>
  )
}
