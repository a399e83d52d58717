import { Dialog } from '../parts/feedback.tsx';

/** Asks why something is done that is kept together with its reason. */
export function ReasonDialog({
	title,
	about,
	action,
	onDone,
	onClose,
}: {
	readonly title: string;
	readonly about: string;
	/** What the button says. */
	readonly action: string;
	readonly onDone: (reason: string) => void;
	readonly onClose: () => void;
}) {
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		onDone(String(new FormData(event.currentTarget as HTMLFormElement).get('reason')).trim());
	};
	return (
		<Dialog title={title} onClose={onClose}>
			<form class="stacked" onSubmit={onSubmit}>
				<p>{about}</p>
				<label class="field">
					Why
					<textarea name="reason" rows={3} maxLength={1_000} required />
				</label>
				<p class="actions">
					<button type="submit" class="primary">
						{action}
					</button>
				</p>
			</form>
		</Dialog>
	);
}
