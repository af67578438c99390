package mapping

// A problemText is what is said of one kind of problem. Words in braces are filled in.
type problemText struct {
	severity      Severity
	cause, remedy string
}

// problemTexts are all of them, so that one person can read them in ten minutes.
var problemTexts = map[problemCode]problemText{
	// fields
	"field-gone":          {Stops, "{field} does not exist in Dynamics any more.", "Take it out of the mapping, or map another field to {column}."},
	"field-hidden":        {Stops, "Column security hides {field} from you. It would come back empty, so Ferry does not carry it.", "Ask the Dynamics administrator for a column security profile that lets you read it, or take it out of the mapping."},
	"field-unreadable":    {Stops, "{field} cannot be read.", "Take it out of the mapping, or map another field to {column}."},
	"field-secured":       {Notes, "Column security applies to {field}. Some of its values may be hidden from you.", "Run Test connection as the one who imports: it names the fields that are hidden."},
	"field-type-changed":  {Warns, "{field} was {was} when it was mapped and is {now} now.", "Look at the preview, then choose the field once more to keep it as it is now."},
	"column-type-changed": {Warns, "{column} was {was} when it was mapped and is {now} now.", "Look at the preview, then choose the column once more to keep it as it is now."},
	"column-gone":         {Stops, "{column} does not exist at the destination any more.", "Map {field} to another column, or make the column there again."},
	"column-read-only":    {Stops, "{column} cannot be written.", "Map {field} to another column."},
	"column-twice":        {Stops, "{n} fields go to {column}. Only one of them could arrive.", "Keep one of them, or make one column from several fields."},
	"column-there":        {Stops, "{column} is there already at the destination and holds {now}. What comes from {field} is {was}.", "Give the column another name, and Ferry adds it. Or change the value on its way to what the column holds."},
	"column-computed":     {Stops, "{column} is there already, and the destination works its values out itself.", "Give the column another name, and Ferry adds it."},
	"table-foreign":       {Stops, "The destination has a table {table} that Ferry did not make. Ferry writes nothing into it.", "Give the mapping's table another name, or choose another destination."},
	"table-other":         {Stops, "The destination's table {table} holds the records of {value}.", "Give the mapping's table another name, or choose another destination."},
	"table-key":           {Stops, "The destination's table {table} has its records' ids in {value}, not in {column}.", "Give the key its old name again, or give the mapping's table another name."},
	"column-disguised":    {Warns, "The name {column} mixes letters of two alphabets that look the same. Who types it would not find it.", "Type the name once more."},
	"column-unnamed":      {Stops, "The column for {field} has no name.", "Give it a name."},
	"column-is-key":       {Stops, "{column} holds the record's own id. Nothing else can go there.", "Give the column for {field} another name."},
	"type-unfit":          {Stops, "{field} does not fit into {column}. {why}", "Map another field to {column}, or {field} to another column."},
	"text-longer":         {Warns, "{field} may have {n} characters and {column} takes {of}. Longer texts are refused there.", "Add the change \"First characters\", or map {field} to a longer column."},
	"required-unmapped":   {Stops, "The destination needs {column}, and nothing is mapped to it.", "Map a field or a constant to {column}."},
	"required-empty":      {Notes, "The destination needs {column}, and {field} may be empty.", "Make {column} from several fields, so that there is always a value."},
	"nothing-mapped":      {Stops, "Nothing is mapped yet.", "Choose Suggest, or map a field."},
	"nothing-several":     {Stops, "{column} is made from several fields, and none is chosen.", "Choose at least one field for {column}."},
	"template-wrong":      {Stops, "The template of {column} cannot be read.", "Write each field as {{name}}."},
	"constant-unfit":      {Stops, "The constant of {column} does not fit into it.", "Enter a value that fits: {why}."},
	"step-wrong":          {Stops, "A change on the way to {column} is not complete. {why}", "{value}"},
	"zone-unknown":        {Stops, "The mapping names a time zone that this computer does not know.", "Choose the time zone from the list."},
	"day-by-zone":         {Notes, "{field} is an instant and {column} takes a day. Ferry writes the day in {value}.", "Choose another time zone for the mapping if that is not where the dates are meant."},

	// choices
	"choices-unmapped":   {Stops, "No option of {field} has a value in {column} yet. Every record with one would be refused.", "Open Choices and give each option a value, or choose what becomes of those without."},
	"option-unmatched":   {Warns, "The option {value} of {field} has no value in {column}. Records with it are refused.", "Open Choices and give it a value, or choose what becomes of options without one."},
	"option-used":        {Stops, "The option {value} of {field} has no value in {column}. {n} records have it and would be refused.", "Open Choices and give it a value, or choose what becomes of options without one."},
	"option-unknown":     {Warns, "Records have the code {value} in {field}, which is no option any more.", "Open Choices and give the code a value, or mend the records in Dynamics."},
	"option-to-gone":     {Stops, "The value that {value} of {field} goes to is no option of {column} any more.", "Open Choices and choose another value for it."},
	"labels-missing":     {Warns, "{n} of {of} options of {field} have no label in your language.", "Have the labels translated in Dynamics, or change the language of the user who signs in."},
	"labels-other":       {Notes, "{n} of {of} options of {field} have no label in the project's language. Ferry shows the one of another language.", "Have the labels translated in Dynamics, or choose another language for the project."},
	"labels-changed":     {Notes, "{n} of {of} options of {field} have other labels than when they were mapped. They were renamed or are in another language.", "Open Choices and look whether each option still goes where it should."},
	"labels-twice":       {Warns, "Two options of {field} are both called {value}. Ferry does not guess which is meant.", "Open Choices and give both a value by hand."},
	"labels-there-twice": {Warns, "Two options of {column} are both called {value}. Ferry does not guess which is meant.", "Open Choices and choose the value by hand."},
	"options-many":       {Notes, "{field} has {n} options.", "Choose Send to somebody who knows to have them filled in as a sheet."},
	"default-unset":      {Stops, "Options of {field} without a value are to get a default, and none is chosen.", "Open Choices and choose the default."},

	// lookups
	"lookup-target":   {Warns, "{field} may point at {value}, and only references to {table} are carried.", "Map it once for each table, or carry references to any table."},
	"lookup-gone":     {Stops, "{field} cannot point at {table} any more.", "Open Lookups and choose another table."},
	"lookup-key":      {Stops, "{field} is to find its record by a field of the destination, and none is chosen.", "Open Lookups and choose the field, or take the record that was imported."},
	"lookup-unmapped": {Warns, "{field} points at {table}, which no mapping imports. Records with it wait until it is there.", "Add a mapping for {table}, or choose a default."},

	// which records
	"filter-field-gone":       {Stops, "The filter asks for {field}, which does not exist any more.", "Open Which records and choose another field, or take the condition out."},
	"filter-field-hidden":     {Stops, "The filter asks for {field}, which you may not read.", "Take the condition out, or ask the Dynamics administrator for the right to read it."},
	"filter-operator":         {Stops, "{field} cannot be asked whether it \"{op}\".", "Open Which records and choose an operator that fits the field."},
	"filter-operator-related": {Stops, "\"{op}\" only works for a field of the table itself, not for {field} of a related one.", "Choose another operator, or write the filter by hand."},
	"filter-unfinished":       {Stops, "A condition of the filter is not finished: {field}.", "Open Which records and complete it, or take it out."},
	"filter-number":           {Stops, "The filter compares {field} with something that is not a number that can be used there.", "Enter a number such as 30 or 12.5."},
	"filter-date":             {Stops, "The filter compares {field} with something that is not a date.", "Enter a date such as 2024-05-01."},
	"filter-option":           {Stops, "The filter compares {field} with something that is none of its options.", "Choose the option from the list."},
	"filter-option-gone":      {Warns, "The filter asks for an option of {field} that does not exist any more: {value}.", "Open Which records and choose another option, or take it out."},
	"filter-id":               {Stops, "The filter compares {field} with something that is not the id of a record.", "Choose the record from the list, or paste its id."},
	"filter-related-unknown":  {Stops, "The filter goes to a related table that Ferry cannot find: {field}.", "Open Which records and choose the related table once more."},
	"filter-related-far":      {Stops, "A filter can ask for records that point here only in the table itself, not one step away, and not for its children: {field}.", "Take that condition out, or import the child table by a mapping of its own."},
	"filter-deep":             {Stops, "The filter is nested too deep.", "Put the conditions into fewer groups, or write the filter by hand."},
	"filter-long":             {Warns, "The filter is very long. Dynamics may refuse it.", "Use fewer values, or a condition that says the same with less."},
	"active-unknown":          {Notes, "{table} has no state, so \"active only\" does nothing.", "Switch it off, or use a condition that says which records you want."},

	// match and policies
	"match-unmapped": {Stops, "Records are to be matched by {column}, and nothing is mapped to it.", "Map a field to {column}, or match by another column."},
	"match-gone":     {Stops, "Records are to be matched by {column}, which does not exist at the destination.", "Open Match and choose another column."},
	"inactive-unset": {Stops, "Records are to be marked inactive, and it is not said how.", "Choose the column and the value that mean inactive."},
	"inactive-gone":  {Stops, "Records are to be marked inactive in {column}, which does not exist at the destination.", "Choose another column."},
	"may-empty":      {Notes, "An empty {field} may erase what stands in {column}.", "Take the tick out unless that is what you want."},
	"removes":        {Notes, "Records are removed at the destination: {value}.", "Ferry asks for the number before it removes any."},

	// children
	"child-circle":      {Stops, "{table} is a child of itself.", "Take the inner mapping of {table} out."},
	"child-link":        {Stops, "{table} has no lookup to its parent that can be read: {field}.", "Choose the lookup that points at the parent."},
	"child-link-target": {Stops, "{field} of {table} does not point at {value}.", "Choose a lookup that points at the parent."},
	"child-unknown":     {Warns, "What {table} looks like is not known here, so its fields cannot be checked.", "Connect once, so that Ferry can read its description."},
	"child-by-hand":     {Warns, "{table} of records that the filter by hand leaves out come too.", "Build the filter from conditions, or give {table} a filter of its own."},
	"child-deep":        {Stops, "Children are nested more than {n} deep.", "Make a mapping of its own for the innermost table."},
	"same-id":           {Stops, "Two mappings have the same id.", "Take one of them out and add it again."},
	"same-table":        {Warns, "{table} and another mapping write to the same table, {value}.", "Give one of them another table, unless both are meant to go there."},
}
