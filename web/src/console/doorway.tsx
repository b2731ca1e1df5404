import { Doorway } from '#app/doorway.tsx';
import * as messages from '#messages/shell.ts';
import { useMessages } from '#ui/locale.tsx';

export function ConsoleDoorway() {
  const t = useMessages(messages);
  return <Doorway name={t.consoleName} />;
}
