"""What all pages share: the first one, the navigation, formats, forms that are kept, the parts shown to builders."""
