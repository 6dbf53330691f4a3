type Fact = readonly [word: string, says: string]

/** The figures of the flow report in words, with their sources. */
export const definitions: readonly { title: string; facts: readonly Fact[] }[] = [
  {
    title: 'Time',
    facts: [
      [
        'Clock',
        'Elapsed seconds, nights and clock changes included. From the first define to the first in use every second is touch or exactly one cause of waiting.',
      ],
      [
        'Causes',
        'Approval, data access, quota, provisioning, hand-off, review, blocked, baking; anything else is unknown. The hole between two stations and the time in the backlog are hand-off, a pulled cord is blocked.',
      ],
      ['Lead time', 'First define to first in use: touch plus waits, to the second.'],
      ['Flow efficiency', 'Touch by lead time of the finished items.'],
      [
        'Window',
        'Whole local days. Finished is what came into use in the window and has a beginning; medians and percentiles by nearest rank, none under ten items.',
      ],
    ],
  },
  {
    title: 'Flow',
    facts: [
      [
        'Throughput, work in progress, age',
        'Kanban Guide, May 2025. Mean work in progress is item-time in the window by its length; age runs from define.',
      ],
      [
        'First-pass yield',
        'By gate: items whose first answer was passed. A waiver is not a pass. Rolled is the product.',
      ],
      [
        'Complete and accurate',
        'By hand-off: received, less what the receiver sent back before it went on (Martin and Osterling, Value Stream Mapping).',
      ],
      [
        'Little’s law',
        'What left times how long it took, against what was seen. Over a fifth apart has a reason: open items (it fits without those still open), events missing (items without a beginning), or uneven.',
      ],
      ['Takt', 'The length of the window by the questions asked in it.'],
      [
        'Forecast',
        'Days to come are like the window’s, drawn with replacement; the chances are worked out exactly.',
      ],
    ],
  },
  {
    title: 'DORA for models',
    facts: [
      [
        'Throughput',
        'Deployments a week; change lead time from version registered to deployed; failed deployment recovery time from failed to recovered (dora.dev, January 2026).',
      ],
      [
        'Instability',
        'Change fail rate: deployments that failed within seven days. Deployment rework rate: unplanned deployments.',
      ],
    ],
  },
]
