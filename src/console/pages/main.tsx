import { render } from 'preact';

render(<p>counterfoil</p>, document.getElementById('root') as HTMLElement);
