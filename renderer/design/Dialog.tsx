import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'

/** A question over the page; Esc closes it and the focus goes back where it was. */
export function Dialog({
  title,
  opened,
  onClose,
  size = 'md',
  children,
}: {
  title: ReactNode
  opened: boolean
  onClose: () => void
  size?: string | number
  children: ReactNode
}) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} centered>
      <Modal.Overlay />
      <Modal.Content>
        <div className="panel-head" style={{ minHeight: 44, padding: '0 16px' }}>
          <Modal.Title>{title}</Modal.Title>
          <span className="spring" />
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
