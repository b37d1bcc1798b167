"""What defines a symbol in each language, as tree-sitter queries.

Each pattern captures a definition under its kind (`@function`, `@class`, …), its `@name` and, where it has one, its
`@body`. Where two patterns meet at the same name, the first one says what it is. `@wrapper` is what belongs to the
definition `@wrapped` in it, such as its decorators.
"""

from __future__ import annotations

PYTHON = """
(class_definition name: (identifier) @name body: (block) @body) @class
(function_definition name: (identifier) @name body: (block) @body) @function
(type_alias_statement left: (type (identifier) @name)) @type
(module (expression_statement (assignment left: (identifier) @name) @variable))
(class_definition body: (block (expression_statement (assignment left: (identifier) @name) @field)))
(decorated_definition definition: (_) @wrapped) @wrapper
"""

JAVASCRIPT = """
(class_declaration name: (_) @name body: (class_body) @body) @class
(function_declaration name: (_) @name body: (statement_block) @body) @function
(generator_function_declaration name: (_) @name body: (statement_block) @body) @function
(method_definition name: (_) @name body: (statement_block) @body) @method
(variable_declarator name: (identifier) @name value: (arrow_function body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (function_expression body: (statement_block) @body)) @function
(program (lexical_declaration (variable_declarator name: (identifier) @name) @variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @variable)))
(program (variable_declaration (variable_declarator name: (identifier) @name) @variable))
(lexical_declaration . (variable_declarator) @wrapped .) @wrapper
(variable_declaration . (variable_declarator) @wrapped .) @wrapper
(export_statement declaration: (_) @wrapped) @wrapper
"""

JAVASCRIPT_ONLY = """
(field_definition property: (_) @name) @field
"""

TYPESCRIPT_ONLY = """
(abstract_class_declaration name: (_) @name body: (class_body) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(enum_declaration name: (_) @name body: (_) @body) @enum
(type_alias_declaration name: (_) @name) @type
(internal_module name: (_) @name body: (_) @body) @namespace
(function_signature name: (_) @name) @declaration
(method_signature name: (_) @name) @declaration
(abstract_method_signature name: (_) @name) @declaration
(public_field_definition name: (_) @name) @field
(property_signature name: (_) @name) @field
(ambient_declaration (_) @wrapped) @wrapper
"""

C = """
(function_definition
  declarator: (function_declarator declarator: (_) @name) body: (compound_statement) @body) @function
(function_definition
  declarator: (_ declarator: (function_declarator declarator: (_) @name)) body: (compound_statement) @body) @function
(struct_specifier name: (_) @name body: (field_declaration_list) @body) @struct
(union_specifier name: (_) @name body: (field_declaration_list) @body) @union
(enum_specifier name: (_) @name body: (enumerator_list) @body) @enum
(type_definition declarator: (type_identifier) @name) @type
(preproc_def name: (identifier) @name) @macro
(preproc_function_def name: (identifier) @name) @macro
(declaration declarator: (function_declarator declarator: (identifier) @name)) @declaration
(declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) @declaration
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable)
"""

CPP_ONLY = """
(class_specifier name: (_) @name body: (field_declaration_list) @body) @class
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name))
  body: (compound_statement) @body) @function
(namespace_definition name: (_) @name body: (declaration_list) @body) @namespace
(alias_declaration name: (_) @name) @type
(concept_definition name: (_) @name) @type
(field_declaration declarator: (function_declarator declarator: (_) @name)) @declaration
(field_declaration declarator: (field_identifier) @name) @field
(template_declaration [(function_definition) (class_specifier) (struct_specifier)
  (alias_declaration) (concept_definition) (declaration)] @wrapped) @wrapper
"""

RUST = """
(function_item name: (_) @name body: (block) @body) @function
(function_signature_item name: (_) @name) @declaration
(struct_item name: (_) @name body: (field_declaration_list)? @body) @struct
(enum_item name: (_) @name body: (enum_variant_list) @body) @enum
(union_item name: (_) @name body: (_) @body) @union
(trait_item name: (_) @name body: (declaration_list) @body) @trait
(impl_item type: (_) @name body: (declaration_list) @body) @impl
(mod_item name: (_) @name body: (declaration_list)? @body) @module
(const_item name: (_) @name) @constant
(static_item name: (_) @name) @variable
(type_item name: (_) @name) @type
(macro_definition name: (_) @name) @macro
"""

GO = """
(function_declaration name: (_) @name body: (block) @body) @function
(method_declaration name: (_) @name body: (block) @body) @method
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) @struct
(type_spec name: (_) @name type: (interface_type)) @interface
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(source_file (const_declaration (const_spec name: (_) @name) @constant))
(source_file (var_declaration (var_spec name: (_) @name) @variable))
(source_file (var_declaration (var_spec_list (var_spec name: (_) @name) @variable)))
(const_declaration . (const_spec) @wrapped .) @wrapper
(var_declaration . (var_spec) @wrapped .) @wrapper
(type_declaration . (type_spec) @wrapped .) @wrapper
"""

JAVA = """
(class_declaration name: (_) @name body: (class_body) @body) @class
(interface_declaration name: (_) @name body: (interface_body) @body) @interface
(enum_declaration name: (_) @name body: (enum_body) @body) @enum
(record_declaration name: (_) @name body: (class_body) @body) @record
(annotation_type_declaration name: (_) @name body: (_) @body) @interface
(method_declaration name: (_) @name body: (block) @body) @method
(method_declaration name: (_) @name) @declaration
(constructor_declaration name: (_) @name body: (constructor_body) @body) @constructor
(field_declaration declarator: (variable_declarator name: (_) @name)) @field
"""

C_SHARP = """
(namespace_declaration name: (_) @name body: (_) @body) @namespace
(class_declaration name: (_) @name body: (_)? @body) @class
(struct_declaration name: (_) @name body: (_)? @body) @struct
(interface_declaration name: (_) @name body: (_)? @body) @interface
(record_declaration name: (_) @name body: (_)? @body) @record
(enum_declaration name: (_) @name body: (_)? @body) @enum
(delegate_declaration name: (_) @name) @type
(method_declaration name: (_) @name body: (_) @body) @method
(method_declaration name: (_) @name) @declaration
(constructor_declaration name: (_) @name body: (_) @body) @constructor
(local_function_statement name: (_) @name body: (_) @body) @function
(property_declaration name: (_) @name) @property
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @field
"""

RUBY = """
(class name: (_) @name body: (body_statement)? @body) @class
(module name: (_) @name body: (body_statement)? @body) @module
(method name: (_) @name body: (body_statement)? @body) @function
(singleton_method name: (_) @name body: (body_statement)? @body) @function
(assignment left: (constant) @name) @constant
"""

PHP = """
(namespace_definition name: (_) @name) @namespace
(class_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(trait_declaration name: (_) @name body: (_) @body) @trait
(enum_declaration name: (_) @name body: (_) @body) @enum
(function_definition name: (_) @name body: (compound_statement) @body) @function
(method_declaration name: (_) @name body: (compound_statement) @body) @method
(method_declaration name: (_) @name) @declaration
(const_declaration (const_element . (name) @name)) @constant
(property_declaration (property_element name: (_) @name)) @field
"""

BASH = """
(function_definition name: (_) @name body: (_) @body) @function
(program (variable_assignment name: (variable_name) @name) @variable)
(program (declaration_command (variable_assignment name: (variable_name) @name) @variable))
(declaration_command . (variable_assignment) @wrapped .) @wrapper
"""

LUA = """
(function_declaration name: (_) @name body: (block)? @body) @function
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name)) @variable))
(chunk (assignment_statement (variable_list name: (identifier) @name)) @variable)
(variable_declaration . (assignment_statement) @wrapped .) @wrapper
"""

POWERSHELL = """
(function_statement (function_name) @name (script_block) @body) @function
(class_statement (simple_name) @name) @class
(class_method_definition (simple_name) @name (script_block) @body) @method
(class_property_definition (variable) @name) @field
(enum_statement (simple_name) @name) @enum
"""

JSON = """
(document (object (pair key: (string (string_content) @name)) @key))
(document (object (pair value: (object (pair key: (string (string_content) @name)) @key))))
"""

TOML = """
(table . [(bare_key) (quoted_key) (dotted_key)] @name) @table
(table_array_element . [(bare_key) (quoted_key) (dotted_key)] @name) @table
(pair . [(bare_key) (quoted_key) (dotted_key)] @name) @key
"""

CSS = """
(rule_set (selectors) @name (block) @body) @rule
(media_statement (_) @name (block) @body) @rule
(keyframes_statement (keyframes_name) @name) @rule
"""
