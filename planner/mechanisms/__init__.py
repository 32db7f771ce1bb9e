"""The mechanisms, in the order of the formulation. Adding one is one file and one line here."""

from planner.mechanisms.autonomy_targets import MECHANISM as autonomy_targets
from planner.mechanisms.basic_research import MECHANISM as basic_research
from planner.mechanisms.benefit_sharing import MECHANISM as benefit_sharing
from planner.mechanisms.category_portfolio import MECHANISM as category_portfolio
from planner.mechanisms.data_multiplier import MECHANISM as data_multiplier
from planner.mechanisms.emergency_reserve import MECHANISM as emergency_reserve
from planner.mechanisms.industry_chain import MECHANISM as industry_chain
from planner.mechanisms.industry_portfolio import MECHANISM as industry_portfolio
from planner.mechanisms.innovation_chain import MECHANISM as innovation_chain
from planner.mechanisms.instruments import MECHANISM as instruments
from planner.mechanisms.knowledge_foundation import MECHANISM as knowledge_foundation
from planner.mechanisms.minimum_grant import MECHANISM as minimum_grant
from planner.mechanisms.missions import MECHANISM as missions
from planner.mechanisms.paired_assistance import MECHANISM as paired_assistance
from planner.mechanisms.patient_capital import MECHANISM as patient_capital
from planner.mechanisms.performers import MECHANISM as performers
from planner.mechanisms.platforms import MECHANISM as platforms
from planner.mechanisms.price_discovery import MECHANISM as price_discovery
from planner.mechanisms.regional_balance import MECHANISM as regional_balance
from planner.mechanisms.regional_fit import MECHANISM as regional_fit
from planner.mechanisms.risk import MECHANISM as risk
from planner.mechanisms.stable_competitive import MECHANISM as stable_competitive
from planner.mechanisms.strategic_backup import MECHANISM as strategic_backup
from planner.mechanisms.supervision import MECHANISM as supervision
from planner.mechanisms.talent import MECHANISM as talent
from planner.mechanisms.technology_windows import MECHANISM as technology_windows

MECHANISMS = (basic_research, stable_competitive, innovation_chain, instruments, performers,
              regional_balance, paired_assistance, industry_portfolio, category_portfolio,
              regional_fit, talent, platforms, missions, technology_windows,
              knowledge_foundation, patient_capital, data_multiplier, benefit_sharing,
              supervision, industry_chain, strategic_backup, emergency_reserve,
              autonomy_targets, risk, minimum_grant, price_discovery)
"""Every mechanism the planner knows. Their order changes nothing in the model (a test)."""
