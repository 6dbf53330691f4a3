import type { ObjectStory } from '../../../../preload/contract/objects'
import { Facts, formatMoment, Section } from '../../../design'
import { words } from '../words'
import { ObjectSignMark } from './ObjectSignMark'
import { Timeline } from './Timeline'
import { Why } from './Why'

type Known = ObjectStory & { object: NonNullable<ObjectStory['object']> }

/** Why it waits first, then its course, its containers and its facts. */
export function Overview({ story }: { story: Known }) {
  const { object, why, timeline, containers } = story
  return (
    <>
      {why && <Why why={why} sign={object.sign} />}
      <Timeline timeline={timeline} />
      {containers.length > 0 && <Containers containers={containers} />}
      <Section title={words.facts}>
        <Facts facts={factsOf(object)} />
      </Section>
      {Object.keys(object.labels).length > 0 && (
        <Section title={words.labels}>
          <ul className="object-labels">
            {Object.entries(object.labels).map(([key, value]) => (
              <li key={key} className="mono">
                {key}={value}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
function factsOf(object: Known['object']): [string, string][] {
  const { kind, apiVersion, namespace, createdAt, replicas, facts, uid } = object
  return [
    [words.fact.kind, `${kind}, ${apiVersion}`],
    ...(namespace === undefined ? [] : [[words.fact.namespace, namespace] as [string, string]]),
    ...(replicas
      ? [
          [words.fact.replicas, words.replicasSay(replicas.ready, replicas.wanted)] as [
            string,
            string,
          ],
        ]
      : []),
    ...facts.map(({ label, value }): [string, string] => [label, value]),
    ...(createdAt === undefined
      ? []
      : [[words.fact.created, formatMoment(createdAt)] as [string, string]]),
    [words.fact.uid, uid],
  ]
}
const Containers = ({ containers }: Pick<ObjectStory, 'containers'>) => (
  <Section title={words.containers}>
    <ul className="object-containers">
      {containers.map(({ name, kind, sign, says, restarts, image }) => (
        <li key={name}>
          <ObjectSignMark sign={sign} silent />
          <b className="control-text">{name}</b>
          {kind !== 'main' && <span className="tag">{kind}</span>}
          <span className="control-text soft grow">{says}</span>
          {restarts > 0 && <span className="small meta">{words.restarts(restarts)}</span>}
          <span className="small meta mono object-image">{image}</span>
        </li>
      ))}
    </ul>
  </Section>
)
