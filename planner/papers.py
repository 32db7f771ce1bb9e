"""The five papers that the mechanisms are taken from: key -> full citation."""

PAPERS = {
    "P0": "Wang Lisheng and Li Jing, 'Pathways to enhance the new system for mobilising resources "
          "nationwide through further deepening reform' (2024)",
    "P1": "Tang Yalin and Hao Wenqiang, 'The new-type nationwide system: historical evolution, "
          "characteristics of the times and model construction' (2021)",
    "P2": "'New quality productive forces driving high-quality development: advantages, key "
          "problems and path choices' (2023/24)",
    "P3": "Zhai Xuquan, on the three sources of new quality productive forces: revolutionary "
          "technological breakthroughs, innovative allocation of factors, deep industrial "
          "upgrading (2024/25)",
    "P4": "Zhou Wen and Xu Lingyun, 'On new quality productive forces: connotation and key points' "
          "(2023)",
}
