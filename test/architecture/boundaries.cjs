/** Who may import whom. Each rule here is broken on purpose by boundaries.test.ts. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^main/capabilities/([^/]+)/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^main/capabilities/$1/domain/', '^main/kernel/', '^preload/contract/'] },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^main/kernel/', pathNot: '\\.test\\.ts$' },
      // Exact fractions are arithmetic, and nothing but the kernel names the library that does it.
      to: {
        pathNot: ['^main/kernel/', '^preload/contract/', '(^|node_modules/)fraction\\.js(/|$)'],
      },
    },
    {
      name: 'contract-is-platform-free',
      severity: 'error',
      from: { path: '^preload/contract/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: [
          '^preload/contract/',
          '(^|node_modules/)(zod|@orpc/contract|transliteration)(/|$)',
        ],
      },
    },
    {
      name: 'renderer-sees-only-the-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|preload)/', pathNot: '^preload/contract/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'design-knows-no-operations',
      severity: 'error',
      from: { path: '^renderer/design/' },
      to: {
        path: '^(renderer/(app|capabilities|client)|preload)/',
        pathNot: '^preload/contract/text/',
      },
    },
    {
      name: 'electron-only-in-its-host',
      severity: 'error',
      from: { pathNot: ['^main/hosts/electron/', '^main/shell\\.ts$', '^preload/index\\.ts$'] },
      to: { path: '(^|node_modules/)(electron|electron-store)(/|$)', pathNot: '^main/' },
    },
    {
      name: 'capabilities-meet-at-index',
      severity: 'error',
      from: { path: '^main/capabilities/([^/]+)/' },
      to: {
        path: '^main/capabilities/([^/]+)/',
        pathNot: ['^main/capabilities/$1/', '^main/capabilities/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'only-compose-knows-the-plant',
      severity: 'error',
      from: {
        pathNot: [
          '^main/plant/',
          '^main/compose/(served-)?plant\\.ts$',
          '^main/compose/options\\.ts$',
          '\\.test\\.ts$',
        ],
      },
      to: { path: '^main/plant/' },
    },
    {
      // A hundred thousand contexts take seconds to parse, and whoever answers calls must not be who does it.
      name: 'kubeconfigs-are-parsed-in-a-thread',
      severity: 'error',
      from: {
        pathNot: ['^main/capabilities/sites/adapters/kubeconfig(-parts|-entries|-worker)?\\.ts$'],
      },
      to: {
        path: '^main/capabilities/sites/adapters/kubeconfig(-parts|-entries)?\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'core-knows-no-host',
      severity: 'error',
      from: { path: '^main/(capabilities|platform|kernel|plant)/' },
      to: { path: '^main/(hosts/|shell\\.ts|core\\.ts|web\\.ts|cli\\.ts|compose\\.ts|compose/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.(test)\\.tsx?$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css'],
    },
  },
}
