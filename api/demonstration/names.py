"""Invented names for the people of the demonstration, in families: children and adults who share a family name.

Names of one heritage stand together so that they sound like somebody's; who gets which is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heritage:
    """Family names with given names of children and of adults that go with them."""

    families: tuple[str, ...]
    children: tuple[str, ...]
    adults: tuple[str, ...]


def _heritage(families: str, children: str, adults: str) -> Heritage:
    return Heritage(*(tuple(words.split()) for words in (families, children, adults)))


HERITAGES = (
    _heritage(
        "Alvarez Benitez Castillo Delgado Dominguez Escobar Fuentes Guzman Herrera Ibarra Juarez Lozano Montoya Navarro"
        " Ochoa Paredes Quintero Rivera Rosales Salazar Trujillo Villanueva",
        "Alma Beatriz Camila Diego Emilio Fernanda Gael Ines Joaquin Lucia Mateo Nayeli Octavio Paloma Rafael Santiago"
        " Tomas Ximena Yaretzi Andres Belen Cruz Daniela Esteban Javier Marisol Nicolas Renata Sofia Valeria",
        "Elena Rosa Miguel Carmen Luis Teresa Jorge Patricia Hector Silvia Raul Marta Alicia Ernesto",
    ),
    _heritage(
        "Abernathy Barlow Calloway Draper Ellwood Fairbanks Garrison Hollis Ingram Jessup Kirby Langford Mercer Norwood"
        " Osgood Prescott Ramsey Sheffield Thatcher Underhill Vaughn Whitaker",
        "Abigail Beckett Caleb Delia Eleanor Finn Grace Hudson Iris Jonah Keira Levi Maisie Nolan Opal Phoebe Reid"
        " Silas Tabitha Violet Wyatt Ada Bram Clara Dorothy Ezra Hazel Jasper Lydia Margot",
        "Karen Stephen Laura Douglas Heather Brian Melissa Keith Denise Gregory Allison Wayne Joanna Philip",
    ),
    _heritage(
        "Ashford Bridges Coleman Dorsey Ellington Freeman Gaines Holloway Jefferson Kendrick Lattimore Mayfield Nesbitt"
        " Pettway Roundtree Singleton Tolliver Westbrook",
        "Aaliyah Brandon Ciara Darius Ebony Gabrielle Imani Jalen Kamari Laila Malik Nia Omari Reggie Simone Tariq"
        " Zora Amir Deja Elijah Kiara Marcus Nadine Xavier",
        "Denise Marvin Yolanda Curtis Monique Terrence Angela Reginald Sheila Clifton Vanessa Leon",
    ),
    _heritage(
        "Adeyemi Boateng Chukwu Diallo Eze Fofanah Getachew Haile Issa Kamara Lungu Mensah Nkosi Okafor Sesay Tadesse"
        " Umar Warsame",
        "Abena Amara Binta Chidi Desta Efua Fatou Idris Jabari Kofi Kwame Lulu Makena Ngozi Olu Selam Tendai Uche"
        " Wanjiru Yohannes Zainab Dawit Hodan Ikenna",
        "Grace Emmanuel Comfort Samuel Blessing Joseph Esther Moses Ruth Daniel Mercy Abraham",
    ),
    _heritage(
        "Bui Cao Dang Duong Ho Huynh Lam Luong Ngo Nguyen Pham Phan Tran Truong Vo Vu",
        "An Bao Chau Dat Giang Hieu Khanh Linh Mai Minh Nam Ngoc Phuc Quyen Thao Trang Tuan Vy Long My",
        "Hoa Hung Lan Thanh Huong Duc Thuy Quang Nga Son",
    ),
    _heritage(
        "Agarwal Banerjee Chaudhary Desai Gupta Iyer Joshi Kapoor Menon Nair Patel Rao Raman Sandhu Thakur Varma",
        "Aarav Bhavna Chandra Devika Eshan Gauri Harsh Ishaan Jaya Kavya Lakshmi Manav Nikhil Pooja Rohan Sanjana Tara"
        " Uma Vikram Zoya",
        "Anita Rajesh Sunita Vijay Meera Sanjay Lata Arun Kiran Mohan",
    ),
    _heritage(
        "Chang Chen Fong Guo Hsu Kwan Liang Lin Ma Shen Tang Wang Wei Xu Yang Zhao",
        "Aimee Bowen Cailin Derek Enlai Haoran Jiayi Kaiwen Lian Mei Nora Peilin Ruby Siyu Tiffany Victor Weston Xinyi"
        " Yichen Zihan",
        "Hua Jun Li Ming Ping Qing Wen Xiu Ying Bin",
    ),
    _heritage(
        "Abdi Aziz Darwish Farah Haddad Hakimi Jaber Karimi Khoury Mansour Nasser Rahimi Saleh Tehrani Yildiz Zaman",
        "Amina Basil Dina Elif Farid Ghada Hamza Ibrahim Jana Karim Laleh Mariam Navid Omar Parisa Rami Samira Tamer"
        " Yasmin Zahra",
        "Layla Hassan Nadia Mahmoud Rania Khalid Salma Bilal Hanan Reza",
    ),
    _heritage(
        "Baumann Brandt Castell Dvorak Eriksen Fournier Gallo Horvath Ivanova Jansen Kowalski Lindqvist Moretti Novak"
        " Nyberg Olsen Petrov Rossi Szabo Vandam Weiss",
        "Anika Bruno Chiara Dominik Elsa Felix Greta Henrik Ilse Jakub Katya Luca Milena Nils Otto Petra Quentin Romy"
        " Stefan Tessa Viktor Zofia",
        "Ingrid Marek Sabine Pavel Giulia Henri Monika Anton Birgit Tomasz",
    ),
    _heritage(
        "Akana Begay Cloud Deerfield Etsitty Hokulani Kaleo Lightfoot Makoa Nez Redbird Swiftwater Tsosie Whitehorse",
        "Aiyana Bodie Dakota Dylan Halona Kai Leilani Micah Nalani Rain Sequoia Tate Wren Yarrow",
        "Lorraine Dale Rita Calvin Norma Vernon Marlene Wendell",
    ),
    _heritage(
        "Ahn Bae Choi Fujita Han Ishida Jung Kang Lee Morita Nakamura Oh Park Sato Tanaka Yoon",
        "Aiko Daniel Emi Hana Haru Jihoon Juno Kenji Mina Naoki Rina Seojun Sora Taiga Yuna Yuki Eunji Ryo",
        "Akira Eunhee Hiroshi Jiwoo Keiko Minho Naomi Sunghee Takashi Yumi",
    ),
)  # fmt: skip
