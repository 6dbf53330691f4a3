const LONGEST = 40
/** The Secret that holds a store's keys, in the namespace of the Job: ACCESS_KEY_ID, SECRET_ACCESS_KEY, and SESSION_TOKEN where there is one. */
export const secretOf = (site: string): string =>
  `takt-store-${site
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-LONGEST)
    .replace(/^-|-$/g, '')}`
/** The keys of a site's store as variables of the remote that stands for it; without the Secret the service account has to do. */
export const keysFor = (remote: string, site: string) => ({
  prefix: `RCLONE_CONFIG_${remote}_`,
  secretRef: { name: secretOf(site), optional: true },
})
