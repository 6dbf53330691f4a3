import type { ObjectRef, ObjectStory } from '../../../../preload/contract/objects'
import { Partly, Section } from '../../../design'
import { refOfNode } from '../refs'
import { words } from '../words'
import { ObjectSignMark } from './ObjectSignMark'

/** Who made it above, what it made below; each opens in the same place. */
export function Tree({
  site,
  story,
  onOpen,
}: {
  site: string
  story: ObjectStory
  onOpen: (ref: ObjectRef) => void
}) {
  const top = Math.min(0, ...story.tree.map(({ depth }) => depth))
  return (
    <Section title={words.tree} note={words.treeMeans}>
      {story.tree.length <= 1 && <p className="control-text soft">{words.noTree}</p>}
      <ul className="object-tree">
        {story.tree.map((node) => {
          const ref = node.self ? undefined : refOfNode(site, node)
          const label = (
            <>
              <ObjectSignMark sign={node.sign} silent />
              <span className="meta">{node.kind}</span>
              <span className={node.self ? 'object-self ellipsis' : 'ellipsis'}>{node.name}</span>
            </>
          )
          return (
            <li
              key={`${node.kind}/${node.uid}`}
              style={{ paddingLeft: (node.depth - top) * 14 }}
              aria-current={node.self || undefined}
            >
              {ref ? (
                <button
                  type="button"
                  className="object-node"
                  onClick={() => onOpen(ref)}
                  aria-label={words.open(node.kind, node.name)}
                >
                  {label}
                </button>
              ) : (
                <span className="object-node">{label}</span>
              )}
              <span className="small soft ellipsis" title={node.says}>
                {node.says}
              </span>
            </li>
          )
        })}
      </ul>
      {story.treeIsPartial && <Partly says={story.treeIsPartial} />}
    </Section>
  )
}
