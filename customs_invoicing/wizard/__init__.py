from . import (
    customs_add_charges,
    customs_code_suggestion,
    customs_code_suggestion_line,
    customs_duty_calculator,
    customs_duty_calculator_doubts,
    customs_duty_calculator_figure,
    customs_duty_calculator_needs,
    customs_duty_calculator_result,
)
