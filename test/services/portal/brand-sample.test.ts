import { describe, expect, it } from 'vitest';
import { brandSample } from '../../../services/portal/admin/settings/brand-sample.ts';

describe('The sample of a brand', () => {
  it('says which contrast comes of a colour, and that one nobody could read is moved', () => {
    const yellow = brandSample({ colour: '#ffcc00', name: 'Acme' }).text;
    expect(yellow).toMatch(
      /In the light: contrast (4\.[6-9]|5\.\d) to 1, as #[0-9a-f]{6}, since your colour could not be read\./,
    );
    expect(yellow).toMatch(/In the dark: contrast \d+\.\d to 1\./);
    expect(brandSample({ colour: '', name: '' }).text).toContain('Your name');
  });

  it('puts nothing of the tenant into the picture unescaped', () => {
    const name = '</text><script>';
    expect(brandSample({ colour: '#2f5bd3', name }).text).toContain('&lt;/text&gt;&lt;script&gt;');
    const colour = '#fff"/><script>alert(1)</script>';
    expect(brandSample({ colour, name: '' }).text).toBe('<p class="fault">A colour is written such as #2f5bd3.</p>');
  });
});
